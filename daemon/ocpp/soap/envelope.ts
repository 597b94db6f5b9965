import { CallError } from '../errors.ts';
import { escapeXml, readXml, type XmlElement } from './xml.ts';

/** SOAP 1.2 is OCPP's; 1.1 is seen (FACTS §4.1) and answered in kind. */
export type SoapVersion = '1.2' | '1.1';

const soapNamespace = {
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
} as const satisfies Record<SoapVersion, string>;
const ADDRESSING = 'http://www.w3.org/2005/08/addressing';
export const ANONYMOUS = `${ADDRESSING}/anonymous`;

export const contentType = { '1.2': 'application/soap+xml; charset=utf-8', '1.1': 'text/xml; charset=utf-8' } as const;

/** Texts in headers come from outside and go back to it. */
const HEADER_LENGTH = 2048;

/** What is looked at in a message, whoever wrote it. Absent headers are null. */
export type Envelope = Readonly<{
  soap: SoapVersion;
  chargeBoxId: string | null;
  action: string | null;
  messageId: string | null;
  /** Where its sender listens, by its own words. */
  from: string | null;
  replyTo: string | null;
  /** Its XML was not as it should be. */
  isMended: boolean;
  /** The one child of the body. */
  body: XmlElement;
}>;

/** Reads a message; a `CallError` says why it is none. Headers are found by their names, whatever their namespace or letter case. */
export function readEnvelope(bytes: Uint8Array): Envelope {
  const { root, isMended } = readXml(bytes);
  if (root.name !== 'Envelope') throw new CallError('FormationViolation', 'Envelope: missing');
  const soap: SoapVersion = root.namespace.trim() === soapNamespace['1.1'] ? '1.1' : '1.2';
  const body = root.children.find(({ name }) => name === 'Body')?.children[0];
  if (!body) throw new CallError('FormationViolation', 'Body: nothing in it');
  const headers = new Map<string, XmlElement>();
  for (const header of root.children.find(({ name }) => name === 'Header')?.children ?? []) {
    const name = header.name.toLowerCase();
    if (!headers.has(name)) headers.set(name, header);
  }
  const text = (name: string) => cleaned(headers.get(name)?.text);
  const address = (name: string) => {
    const header = headers.get(name);
    return cleaned(header?.children.find((child) => child.name.toLowerCase() === 'address')?.text ?? header?.text);
  };
  return {
    soap,
    chargeBoxId: text('chargeboxidentity'),
    action: text('action'),
    messageId: text('messageid'),
    from: address('from'),
    replyTo: address('replyto'),
    isMended,
    body,
  };
}

const IDENTITY = /<(?:[\w.-]{1,50}:)?chargeBoxIdentity(?:\s[^<>]{0,500})?>\s{0,100}([^\s<>&][^<>&]{0,99})<\//i;

/** Who a message that cannot be read says to be from. */
export const claimedIdentity = (bytes: Buffer): string | null => IDENTITY.exec(bytes.toString('latin1'))?.[1]?.trim() ?? null;

function cleaned(text: string | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' || trimmed.length > HEADER_LENGTH ? null : trimmed;
}

/** Headers that we write; null: none. */
export type Headers = Readonly<{
  chargeBoxId?: string;
  action: string;
  messageId?: string;
  relatesTo?: string | null;
  from?: string;
  replyTo?: string;
  to?: string;
}>;

/** The prefix of OCPP's own elements. Some stations look for texts rather than names, so ours never change (FACTS §10). */
export const PREFIX = 'ns';

/** A message of ours. `element` is the body's child, `content` its written members. */
export function writeEnvelope(soap: SoapVersion, namespace: string, headers: Headers, element: string, content: string): string {
  const body = `<${PREFIX}:${element}>${content}</${PREFIX}:${element}>`;
  return envelope(soap, namespace, headers, body);
}

function envelope(soap: SoapVersion, namespace: string, headers: Headers, body: string): string {
  const given = (name: string, value: string | null | undefined) =>
    value === undefined || value === null ? '' : `<wsa:${name}>${escapeXml(value)}</wsa:${name}>`;
  const party = (name: string, value: string | undefined) =>
    value === undefined ? '' : `<wsa:${name}><wsa:Address>${escapeXml(value)}</wsa:Address></wsa:${name}>`;
  const identity =
    headers.chargeBoxId === undefined
      ? ''
      : `<${PREFIX}:chargeBoxIdentity>${escapeXml(headers.chargeBoxId)}</${PREFIX}:chargeBoxIdentity>`;
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="${soapNamespace[soap]}" xmlns:wsa="${ADDRESSING}"` +
    ` xmlns:${PREFIX}="${namespace}"><soap:Header>${identity}${given('Action', headers.action)}` +
    `${given('MessageID', headers.messageId)}${given('RelatesTo', headers.relatesTo)}${party('From', headers.from)}` +
    `${party('ReplyTo', headers.replyTo)}${given('To', headers.to)}</soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`
  );
}

/** What a station, or we, say instead of an answer (FACTS §4.4). `subcode` is OCPP's word. */
export type Fault = Readonly<{ code: 'Sender' | 'Receiver'; subcode: string; reason: string }>;

const FAULT_ACTION = `${ADDRESSING}/fault`;

export function writeFault(soap: SoapVersion, namespace: string, fault: Fault, relatesTo: string | null): string {
  const reason = escapeXml(fault.reason === '' ? fault.subcode : fault.reason);
  const body =
    soap === '1.2'
      ? `<soap:Fault><soap:Code><soap:Value>soap:${fault.code}</soap:Value><soap:Subcode><soap:Value>${PREFIX}:${fault.subcode}` +
        `</soap:Value></soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en">${reason}</soap:Text></soap:Reason></soap:Fault>`
      : `<soap:Fault><faultcode>soap:${fault.code === 'Sender' ? 'Client' : 'Server'}.${fault.subcode}</faultcode>` +
        `<faultstring>${reason}</faultstring></soap:Fault>`;
  return envelope(soap, namespace, { action: FAULT_ACTION, relatesTo }, body);
}

/** The fault that a body is, or null. The last part of a code counts: prefixes and namespaces vary. */
export function readFault(body: XmlElement): Fault | null {
  if (body.name !== 'Fault') return null;
  const code = find(body, ['Code', 'Value']) ?? find(body, ['faultcode']) ?? '';
  const subcode = find(body, ['Code', 'Subcode', 'Value']) ?? code.split('.').slice(1).join('.');
  const reason = find(body, ['Reason', 'Text']) ?? find(body, ['faultstring']) ?? '';
  return {
    code: /sender|client/i.test(code) ? 'Sender' : 'Receiver',
    subcode: (subcode === '' ? code : subcode).split(':').at(-1)?.slice(0, 100) ?? '',
    reason: reason.slice(0, 500),
  };
}

function find(element: XmlElement, path: readonly string[]): string | undefined {
  let found: XmlElement | undefined = element;
  for (const name of path) found = found?.children.find((child) => child.name === name);
  return found?.text.trim();
}
