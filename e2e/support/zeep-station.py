"""A charging station made of nothing but a service description and zeep, a stock SOAP library.

Arguments: address of the description, ChargeBoxId, version (15 or 16); for TLS the certificate to trust, user and password.
Prints what it was answered, as JSON.
"""
import json
import sys
from datetime import datetime, timezone

from requests import Session
from requests.auth import HTTPBasicAuth
from zeep import Client, Settings
from zeep.helpers import serialize_object
from zeep.plugins import HistoryPlugin
from zeep.transports import Transport
from zeep.wsa import WsAddressingPlugin

wsdl, charge_box_id, version = sys.argv[1:4]
session = Session()
session.trust_env = False
if len(sys.argv) > 4:
    session.verify = sys.argv[4]
    session.auth = HTTPBasicAuth(*sys.argv[5:7])
history = HistoryPlugin()
client = Client(
    wsdl,
    transport=Transport(session=session),
    plugins=[WsAddressingPlugin(), history],
    settings=Settings(strict=True),
)
now = datetime.now(timezone.utc)


def call(action, **fields):
    answer = client.service[action](**fields, _soapheaders={"ChargeBoxIdentity": charge_box_id})
    sent, received = history.last_sent["envelope"], history.last_received["envelope"]
    address = "{http://www.w3.org/2005/08/addressing}"
    header = {
        "sentAction": sent.findtext(f".//{address}Action"),
        "sentId": sent.findtext(f".//{address}MessageID"),
        "action": received.findtext(f".//{address}Action"),
        "relatesTo": received.findtext(f".//{address}RelatesTo"),
    }
    return {"header": header, "answer": serialize_object(answer, dict)}


def values(energy_wh):
    reading = {"measurand": "Energy.Active.Import.Register", "unit": "Wh", "context": "Sample.Periodic"}
    if version == "15":
        return {"values": [{"timestamp": now, "value": [{"_value_1": str(energy_wh), **reading}]}]}
    return {"meterValue": [{"timestamp": now, "sampledValue": [{"value": str(energy_wh), **reading}]}]}


told = {}
told["boot"] = call("BootNotification", chargePointVendor="Zeep", chargePointModel="Library", firmwareVersion="1")
told["authorize"] = call("Authorize", idTag="ZEEP1")
told["heartbeat"] = call("Heartbeat")
told["status"] = call("StatusNotification", connectorId=1, status="Available", errorCode="NoError")
told["start"] = call("StartTransaction", connectorId=1, idTag="ZEEP1", timestamp=now, meterStart=5)
transaction = told["start"]["answer"]["transactionId"]
told["values"] = call("MeterValues", connectorId=1, transactionId=transaction, **values(9))
told["stop"] = call("StopTransaction", transactionId=transaction, idTag="ZEEP1", timestamp=now, meterStop=15)
told["data"] = call("DataTransfer", vendorId="org.example", messageId="m", data="<x>")
told["firmware"] = call("FirmwareStatusNotification", status="Installed")
told["diagnostics"] = call("DiagnosticsStatusNotification", status="Uploaded")
print(json.dumps(told, default=str))
