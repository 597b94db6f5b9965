import { Compile } from 'typebox/compile';
import { Provision } from '../../../shared/provision.ts';

const schema = Compile(Provision);
type SchemaProblem = ReturnType<typeof schema.Errors>[number];

/** The provision file cannot be applied; nothing of it was. The message names the place in the file. */
export class ProvisionRefused extends Error {
  readonly code = 'provisionRefused';
  /** Where in the file, e.g. `sites[0].stations[3].chargeBoxId`. */
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`Provision file${path === '' ? '' : `, ${path}`}: ${problem}`);
    this.name = 'ProvisionRefused';
    this.path = path;
  }
}

export type ProvisionedStation = NonNullable<NonNullable<Provision['sites']>[number]['stations']>[number];
type Floor = NonNullable<NonNullable<Provision['sites']>[number]['floors']>[number];

/** A provision file from its text (DESIGN §3). Refuses broken JSON, what its schema does not allow, and names given twice. */
export function readProvision(text: string): Provision {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new ProvisionRefused('', `it is no JSON (${error instanceof Error ? error.message : String(error)}).`);
  }
  if (!schema.Check(content)) throw refusal(schema.Errors(content)[0]);
  requireOnce(content);
  return content;
}

/** Every station of the file with its place in it. */
export function* stationsOf(file: Provision): Iterable<{ path: string; station: ProvisionedStation }> {
  for (const [siteIndex, site] of (file.sites ?? []).entries()) {
    const at = `sites[${siteIndex}]`;
    for (const [index, station] of (site.stations ?? []).entries()) yield { path: `${at}.stations[${index}]`, station };
    for (const [floorIndex, floor] of (site.floors ?? []).entries())
      for (const [index, station] of (floor.stations ?? []).entries())
        yield { path: `${at}.floors[${floorIndex}].stations[${index}]`, station };
  }
}

/** Natural keys may stand once only (DESIGN §3). */
function requireOnce(file: Provision): void {
  const sites = file.sites ?? [];
  once(sites.map((site, index) => [`sites[${index}].name`, site.name]));
  for (const [index, site] of sites.entries()) {
    once((site.floors ?? []).map((floor, at) => [`sites[${index}].floors[${at}].name`, floor.name]));
    for (const [part, path] of parts(site, `sites[${index}]`))
      once((part.controllers ?? []).map((controller, at) => [`${path}.controllers[${at}].name`, controller.name]));
  }
  const stations = [...stationsOf(file)];
  once(stations.map(({ path, station }) => [`${path}.chargeBoxId`, station.chargeBoxId]));
  for (const { path, station } of stations)
    once(station.outlets.map((outlet, at) => [`${path}.outlets[${at}].connectorId`, String(outlet.connectorId)]));
  const users = file.users ?? [];
  once(users.map((user, index) => [`users[${index}].email`, user.email]));
  once(users.flatMap((user, index) => (user.rfid ?? []).map((tag, at) => [`users[${index}].rfid[${at}]`, tag.trim()] as const)));
}

/** The site itself and its floors: what stations and controllers may stand below. */
function parts(site: NonNullable<Provision['sites']>[number], path: string): (readonly [Pick<Floor, 'controllers'>, string])[] {
  return [[site, path], ...(site.floors ?? []).map((floor, index) => [floor, `${path}.floors[${index}]`] as const)];
}

function once(named: readonly (readonly [path: string, name: string])[]): void {
  const seen = new Map<string, string>();
  for (const [path, name] of named) {
    const before = seen.get(name.toLowerCase());
    if (before !== undefined) throw new ProvisionRefused(path, `"${name}" stands in ${before} already.`);
    seen.set(name.toLowerCase(), path);
  }
}

/** The first thing that the schema does not allow, in words. */
function refusal(problem: SchemaProblem | undefined): ProvisionRefused {
  const { keyword = '', instancePath = '', message = 'is not as the schema wants it' } = problem ?? {};
  const params: Record<string, unknown> = { ...problem?.params };
  const path = filePath(instancePath);
  const missing = Array.isArray(params.requiredProperties) ? String(params.requiredProperties[0]) : null;
  if (keyword === 'required' && missing !== null)
    return new ProvisionRefused(path === '' ? missing : `${path}.${missing}`, 'is missing.');
  if (keyword === 'boolean') return new ProvisionRefused(path, 'no such member is known here.');
  const allowed = params.allowedValues;
  if (keyword === 'enum' && Array.isArray(allowed)) return new ProvisionRefused(path, `must be one of ${allowed.join(', ')}.`);
  return new ProvisionRefused(path, `${message}.`);
}

/** `/sites/0/stations/3/chargeBoxId` as people write it. */
function filePath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}
