/** Who is at the other end of a request or socket, before anything is known of their rights. */
export type Visitor = Readonly<{
  address: string;
  userAgent: string;
  /** The token shown: of the cookie, the Authorization header or the connection's parameters. */
  token: string | null;
  /** Over HTTP: keeps the token as a cookie, or forgets it. Absent where no cookie can be set. */
  setCookie?(token: string | null): void;
  /** Bytes that wait to be sent, so that streams can hold back. */
  backlog(): number;
}>;
