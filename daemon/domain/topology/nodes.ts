import { ConstraintError } from '../../storage/errors.ts';
import { nodeById, siteById } from '../../storage/nodes.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import type { LiveNode } from './live-tree.ts';

/** A node of the tree by its public id. */
export function needNode(central: Central, publicId: string): LiveNode {
  const node = central.tree.byPublicId(publicId);
  if (!node) throw new DomainError('nodeUnknown');
  return node;
}

/** The IANA zone of a site. */
export async function zoneOf(central: Central, siteId: number): Promise<string> {
  return (await siteById(central.storage.read, siteId))?.timeZone ?? central.settings.defaultTimeZone;
}

/** Stations are found by their last path segment and prove themselves as `id:password`: neither can be in the id (FACTS §5.1, §9). */
export function requireChargeBoxId(chargeBoxId: string): void {
  const isUsable = chargeBoxId.length <= 48 && chargeBoxId.trim() === chargeBoxId && /^[^\p{C}/:\\]+$/u.test(chargeBoxId);
  if (!isUsable) throw new DomainError('chargeBoxIdInvalid', { chargeBoxId }, { chargeBoxId: 'chargeBoxIdInvalid' });
}

/** What the input of a form said, so that its refusal can name the field. */
type Given = Readonly<{ nodeId?: number; name?: string; chargeBoxId?: string }>;

/** Runs a unit that changes nodes; a rule of the schema that it breaks becomes a refusal that people understand. */
export async function changing<Result>(central: Central, given: Given, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof ConstraintError ? await refusal(central, given, error) : error;
  }
}

async function refusal(central: Central, given: Given, error: ConstraintError): Promise<Error> {
  const { name = '', chargeBoxId = '' } = given;
  switch (error.constraint) {
    case 'changedMeanwhile':
      return changedMeanwhile(central, given.nodeId);
    case 'nodeHasChildren':
    case 'nodeKindRefused':
      return new DomainError(error.constraint);
    case 'siteName':
      return new DomainError('nameTaken', { name }, { name: 'nameTaken' });
    case 'chargeBoxId':
      return new DomainError('chargeBoxIdTaken', { chargeBoxId }, { chargeBoxId: 'chargeBoxIdTaken' });
    case 'outletConnector':
      return new DomainError('connectorTaken');
    default:
      return error;
  }
}

/** Somebody else was faster: who and when, so that the page can say it. */
async function changedMeanwhile(central: Central, nodeId: number | undefined): Promise<DomainError> {
  const node = nodeId === undefined ? undefined : await nodeById(central.storage.read, nodeId);
  if (!node || node.removedAt !== null) return new DomainError('nodeRemoved');
  return new DomainError('changedMeanwhile', { by: node.updatedBy ?? '', at: node.updatedAt });
}
