import type { Shape } from '../shape.ts';
import { PREFIX } from './envelope.ts';
import { elementOf, type SoapOcpp } from './versions.ts';
import { escapeXml } from './xml.ts';

/** The description (WSDL 1.1, SOAP 1.2) of one of our services, made from the actions that it takes. `address` is where it is. */
export function describeService(version: SoapOcpp, address: string): string {
  const { central, described } = version;
  const each = (write: (action: string) => string) => described.map(write).join('');
  const elements = each((name) => {
    const { request, confirmation } = shapesOf(version, name);
    return element(elementOf(name, 'Request'), request, '') + element(elementOf(name, 'Response'), confirmation, '');
  });
  const messages = each(
    (name) =>
      `<wsdl:message name="${name}Input"><wsdl:part name="parameters" element="${PREFIX}:${elementOf(name, 'Request')}"/></wsdl:message>` +
      `<wsdl:message name="${name}Output"><wsdl:part name="parameters" element="${PREFIX}:${elementOf(name, 'Response')}"/></wsdl:message>`,
  );
  const operations = each(
    (name) =>
      `<wsdl:operation name="${name}"><wsdl:input message="${PREFIX}:${name}Input" wsaw:Action="/${name}"/>` +
      `<wsdl:output message="${PREFIX}:${name}Output" wsaw:Action="/${name}Response"/></wsdl:operation>`,
  );
  const bound = each(
    (name) =>
      `<wsdl:operation name="${name}"><soap12:operation soapAction="/${name}" style="document"/><wsdl:input>` +
      `<soap12:header message="${PREFIX}:Header" part="ChargeBoxIdentity" use="literal"/><soap12:body use="literal"/></wsdl:input>` +
      '<wsdl:output><soap12:body use="literal"/></wsdl:output></wsdl:operation>',
  );
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"` +
    ` xmlns:wsaw="http://www.w3.org/2006/05/addressing/wsdl" xmlns:xs="http://www.w3.org/2001/XMLSchema"` +
    ` xmlns:${PREFIX}="${central}" targetNamespace="${central}">` +
    `<wsdl:types><xs:schema targetNamespace="${central}" elementFormDefault="qualified">` +
    `<xs:element name="chargeBoxIdentity" type="xs:string"/>${elements}</xs:schema></wsdl:types>` +
    `<wsdl:message name="Header"><wsdl:part name="ChargeBoxIdentity" element="${PREFIX}:chargeBoxIdentity"/></wsdl:message>` +
    `${messages}<wsdl:portType name="CentralSystemService">${operations}</wsdl:portType>` +
    `<wsdl:binding name="CentralSystemServiceSoap" type="${PREFIX}:CentralSystemService">` +
    `<wsaw:UsingAddressing/><soap12:binding transport="http://schemas.xmlsoap.org/soap/http"/>${bound}</wsdl:binding>` +
    `<wsdl:service name="CentralSystemService"><wsdl:port name="CentralSystemServiceSoap12" binding="${PREFIX}:CentralSystemServiceSoap">` +
    `<soap12:address location="${escapeXml(address)}"/></wsdl:port></wsdl:service></wsdl:definitions>\n`
  );
}

function shapesOf({ dispatcher }: SoapOcpp, name: string): Readonly<{ request: Shape; confirmation: Shape }> {
  const prepared = dispatcher.incoming.get(name);
  if (!prepared) throw new Error(`${name} is described and not there`);
  // TypeBox types are JSON Schema objects; our own keywords ride along.
  return { request: prepared.action.request as Shape, confirmation: prepared.action.confirmation as Shape };
}

function element(name: string, shape: Shape, occurs: string): string {
  if (shape.items) return element(name, shape.items, ' minOccurs="0" maxOccurs="unbounded"');
  if (!shape.properties && !shape.enum && shape.maxLength === undefined)
    return `<xs:element name="${name}" type="${simple(shape)}"${occurs}/>`;
  return `<xs:element name="${name}"${occurs}>${shape.properties ? complexType(shape) : simpleType(shape)}</xs:element>`;
}

function complexType(shape: Shape): string {
  const members = Object.entries(shape.properties ?? {});
  const { xmlText, required = [] } = shape;
  if (xmlText !== undefined) {
    const attributes = members.filter(([name]) => name !== xmlText);
    const written = attributes
      .map(([name, member]) => `<xs:attribute name="${name}">${simpleType(member)}</xs:attribute>`)
      .join('');
    return `<xs:complexType><xs:simpleContent><xs:extension base="xs:string">${written}</xs:extension></xs:simpleContent></xs:complexType>`;
  }
  const written = members
    .map(([name, member]) => element(name, member, required.includes(name) ? '' : ' minOccurs="0"'))
    .join('');
  return `<xs:complexType><xs:sequence>${written}</xs:sequence></xs:complexType>`;
}

function simpleType(shape: Shape): string {
  const facets = shape.enum
    ? shape.enum.map((value) => `<xs:enumeration value="${escapeXml(value)}"/>`).join('')
    : shape.maxLength === undefined || shape.time
      ? ''
      : `<xs:maxLength value="${shape.maxLength}"/>`;
  return `<xs:simpleType><xs:restriction base="${simple(shape)}">${facets}</xs:restriction></xs:simpleType>`;
}

function simple({ type, time }: Shape): string {
  if (time) return 'xs:dateTime';
  if (type === 'integer') return 'xs:int';
  if (type === 'number') return 'xs:decimal';
  return type === 'boolean' ? 'xs:boolean' : 'xs:string';
}
