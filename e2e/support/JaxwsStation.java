import javax.xml.datatype.DatatypeFactory;
import javax.xml.ws.soap.AddressingFeature;
import station.*;

/**
 * A charging station made of nothing but what wsimport makes of a service description. Its classes are in the package `station`, of either
 * version. Arguments: address of the description, ChargeBoxId. Prints what it was answered, separated by spaces.
 */
public class JaxwsStation {
  public static void main(String[] arguments) throws Exception {
    String id = arguments[1];
    CentralSystemService central =
        new CentralSystemService_Service(new java.net.URL(arguments[0]))
            .getCentralSystemServiceSoap12(new AddressingFeature(true, true));
    javax.xml.datatype.XMLGregorianCalendar now =
        DatatypeFactory.newInstance().newXMLGregorianCalendar(new java.util.GregorianCalendar());

    BootNotificationRequest boot = new BootNotificationRequest();
    boot.setChargePointVendor("JAX-WS");
    boot.setChargePointModel("Library");
    System.out.print(central.bootNotification(boot, id).getStatus());

    AuthorizeRequest authorize = new AuthorizeRequest();
    authorize.setIdTag("JAXWS1");
    System.out.print(" " + central.authorize(authorize, id).getIdTagInfo().getStatus());

    StartTransactionRequest start = new StartTransactionRequest();
    start.setConnectorId(1);
    start.setIdTag("JAXWS1");
    start.setTimestamp(now);
    start.setMeterStart(5);
    StartTransactionResponse started = central.startTransaction(start, id);
    System.out.print(" " + started.getIdTagInfo().getStatus());

    MeterValuesRequest values = new MeterValuesRequest();
    values.setConnectorId(1);
    values.setTransactionId(started.getTransactionId());
    central.meterValues(values, id);

    StopTransactionRequest stop = new StopTransactionRequest();
    stop.setTransactionId(started.getTransactionId());
    stop.setTimestamp(now);
    stop.setMeterStop(15);
    central.stopTransaction(stop, id);
    System.out.println(" " + started.getTransactionId());
  }
}
