import { apiPath, contract, type ErrorData } from '../../shared/api/api.ts';
import type { InputOf, OutputOf, Procedure } from '../../shared/api/contract.ts';
import type { ApiError } from '../../shared/errors.ts';

type Contract = typeof contract;
type Path = {
  [A in keyof Contract]: { [P in keyof Contract[A] & string]: `${A}.${P}` }[keyof Contract[A] & string];
}[keyof Contract];
type At<Name extends Path> = Name extends `${infer A extends keyof Contract}.${infer P}`
  ? P extends keyof Contract[A]
    ? Contract[A][P] extends Procedure
      ? Contract[A][P]
      : never
    : never
  : never;

/** Calls a query or mutation; rejects with an `ApiFailure`. */
export type CallApi = <Name extends Path>(
  name: Name,
  ...input: keyof InputOf<At<Name>> extends never ? [] : [input: InputOf<At<Name>>]
) => Promise<OutputOf<At<Name>>>;

/** A refusal as the API told it. */
export class ApiFailure extends Error {
  readonly error: ApiError;
  readonly status: number;

  constructor(name: string, status: number, error: ApiError) {
    super(`${name}: ${JSON.stringify(error)}`);
    this.name = 'ApiFailure';
    this.error = error;
    this.status = status;
  }
}

/** The API over HTTP at an address like `http://127.0.0.1:8180`; without a token as a stranger. */
export function apiAt(address: string, token: string | null): CallApi {
  return async (name, ...[input]) => {
    const [area, procedure] = name.split('.') as [keyof Contract, string]; // Path has exactly two parts.
    const isQuery = (contract[area] as Record<string, Procedure>)[procedure]?.kind === 'query'; // Contract is narrower than its index.
    const json = JSON.stringify(input ?? {});
    const response = await fetch(`${address}${apiPath}/${name}${isQuery ? `?input=${encodeURIComponent(json)}` : ''}`, {
      method: isQuery ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
      ...(isQuery ? {} : { body: json }),
    });
    // tRPC's envelope; the daemon's output schemas have looked at what is in it.
    const body = (await response.json()) as { result?: { data: never }; error?: { message: string; data: ErrorData } };
    if (body.result) return body.result.data;
    throw new ApiFailure(
      name,
      response.status,
      body.error?.data?.error ?? { code: 'internal', facts: { message: body.error?.message ?? '' } },
    );
  };
}
