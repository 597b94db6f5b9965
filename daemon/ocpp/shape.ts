/**
 * What our schemas of messages are made of, as plain JSON Schema, with keywords of our own.
 * How a flaw is mended: `absent` stands in for what is missing or unusable; `open` keeps a text that the list does not have; `aliases` are
 * known other spellings, `formerly` names that older versions give the member (in small letters); `wrapped` is the member of an object
 * around the entries of a list, which older versions have; `keepTo` is the longest text that is kept whole where `maxLength` must not cut; `time` is a time stamp.
 * What the XML form needs: the order of properties is the order of elements; `xmlText` names the member that is the text of the element
 * itself, the others of that object are attributes; `verbatim` keeps white space.
 */
export type Shape = Readonly<{
  type?: string;
  enum?: readonly string[];
  properties?: Readonly<Record<string, Shape>>;
  required?: readonly string[];
  minProperties?: number;
  items?: Shape;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  absent?: unknown;
  open?: boolean;
  aliases?: Readonly<Record<string, string>>;
  formerly?: readonly string[];
  wrapped?: string;
  keepTo?: number;
  time?: boolean;
  xmlText?: string;
  verbatim?: boolean;
}>;
