import { randomUUIDv7 } from 'node:crypto';
import type { InputOf } from '../../../shared/api/contract.ts';
import type { Tag, users } from '../../../shared/api/users.ts';
import { tagDecimal } from '../../../shared/model/tag.ts';
import { accountByPublicId, siteIdsOf } from '../../storage/accounts.ts';
import { ConstraintError } from '../../storage/errors.ts';
import type { Statement } from '../../storage/storage.ts';
import {
  deleteTag,
  insertTag,
  type OwnedTag,
  tagByPublicId,
  tagsByTexts,
  tagsFound,
  updateTagRow,
} from '../../storage/tag-list.ts';
import { formsOfTag } from '../authorization/forms.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { mayInspect, ownSites } from './account-scope.ts';
import { audit } from './audit.ts';
import type { Person } from './person.ts';

type NewTag = InputOf<typeof users.createTag>;
type TagChange = InputOf<typeof users.updateTag>;

/** How a tag is kept: as typed, upper case. The forms in which stations may send it are found at look-up. */
const kept = (idTag: string): string => idTag.trim().toUpperCase();

/** The tags that the person may manage, found by text, label or owner. */
export async function listTags(central: Central, person: Person, asked: InputOf<typeof users.tags>): Promise<Tag[]> {
  const rows = await tagsFound(central.storage.read, { ...asked, siteIds: ownSites(person) });
  return rows.map(asTag);
}

/** Creates a tag. One of a site administrator always has an owner, since it is by its owner that it belongs to a site. */
export async function createTag(central: Central, person: Person, given: NewTag): Promise<Tag> {
  await requireOwner(central, person, given.accountId ?? null);
  await requireFreeTags(central, person, [given]);
  const publicId = randomUUIDv7();
  await write(central, [
    insertTag(newRow(central, publicId, given), given.accountId ?? null),
    audit(central, person, { action: 'users.createTag', subject: kept(given.idTag), after: given }),
  ]);
  return get(central, person, publicId);
}

/** Changes what is given of a tag and leaves the rest. */
export async function updateTag(central: Central, person: Person, change: TagChange): Promise<Tag> {
  const before = await find(central, person, change.tagId);
  if (change.accountId !== undefined) await requireOwner(central, person, change.accountId);
  if (change.idTag !== undefined && kept(change.idTag) !== before.idTag)
    await requireFreeTags(central, person, [{ idTag: change.idTag }], before.id);
  const owner = change.accountId ? await accountByPublicId(central.storage.read, change.accountId) : undefined;
  const row = {
    ...(change.idTag === undefined ? {} : { idTag: kept(change.idTag) }),
    ...(change.label === undefined ? {} : { label: change.label }),
    ...(change.parentIdTag === undefined ? {} : { parentIdTag: change.parentIdTag && kept(change.parentIdTag) }),
    ...(change.blocked === undefined ? {} : { blocked: change.blocked ? 1 : 0 }),
    ...(change.validFrom === undefined ? {} : { validFrom: change.validFrom }),
    ...(change.validUntil === undefined ? {} : { validUntil: change.validUntil }),
    ...(change.maxSessions === undefined ? {} : { maxSessions: change.maxSessions }),
    ...(change.accountId === undefined ? {} : { accountId: owner?.id ?? null }),
  };
  if (Object.keys(row).length === 0) return asTag(before);
  await write(central, [
    updateTagRow(before.id, row),
    audit(central, person, { action: 'users.updateTag', subject: before.idTag, before: asTag(before), after: change }),
  ]);
  return get(central, person, change.tagId);
}

/** Deletes a tag; sessions that it began keep its text. */
export async function removeTag(central: Central, person: Person, publicId: string): Promise<void> {
  const tag = await find(central, person, publicId);
  await write(central, [
    deleteTag(tag.id),
    audit(central, person, { action: 'users.removeTag', subject: tag.idTag, before: asTag(tag) }),
  ]);
}

/** The statements that add tags to an account, for the unit that creates it. */
export const addTags = (central: Central, owner: string, tags: readonly Omit<NewTag, 'accountId'>[]): Statement[] =>
  tags.map((tag) => insertTag(newRow(central, randomUUIDv7(), tag), owner));

/** Refuses with `tagTaken` what somebody has already; it names the owner to those who may know. */
export async function requireFreeTags(
  central: Central,
  person: Person,
  tags: readonly Pick<NewTag, 'idTag'>[],
  except?: number,
): Promise<void> {
  if (tags.length === 0) return;
  const texts = tags.map((tag) => kept(tag.idTag));
  if (new Set(texts).size < texts.length) throw new DomainError('tagTaken', { owner: '' }, { tags: 'twice' });
  // The number printed on a card and its bytes in reverse are the same card.
  const taken = (await tagsByTexts(central.storage.read, texts.flatMap(formsOfTag))).find((tag) => tag.id !== except);
  if (!taken) return;
  const known = await inScope(central, person, taken.accountId);
  throw new DomainError('tagTaken', { idTag: taken.idTag, owner: known ? ownerName(taken) : '' }, { idTag: 'taken' });
}

/** What a broken rule about tags means: somebody else was quicker. */
export function tagRefusal(error: unknown): unknown {
  const taken = error instanceof ConstraintError && error.constraint === 'tagText';
  return taken ? new DomainError('tagTaken', { owner: '' }, { idTag: 'taken' }) : error;
}

/** A tag as the API shows it. */
export const asTag = (row: OwnedTag): Tag => ({
  id: row.publicId,
  idTag: row.idTag,
  decimal: tagDecimal(row.idTag),
  label: row.label,
  parentIdTag: row.parentIdTag,
  blocked: row.blocked === 1,
  validFrom: row.validFrom,
  validUntil: row.validUntil,
  maxSessions: row.maxSessions,
  accountId: row.ownerPublicId,
  userName: row.ownerPublicId === null ? null : ownerName(row),
});

const ownerName = (row: OwnedTag) => `${row.firstName ?? ''} ${row.lastName ?? ''}`.trim() || (row.email ?? '');

const newRow = (central: Central, publicId: string, tag: Omit<NewTag, 'accountId'>) => ({
  publicId,
  idTag: kept(tag.idTag),
  label: tag.label ?? '',
  parentIdTag: tag.parentIdTag ? kept(tag.parentIdTag) : null,
  blocked: tag.blocked ? 1 : 0,
  validFrom: tag.validFrom ?? null,
  validUntil: tag.validUntil ?? null,
  maxSessions: tag.maxSessions ?? null,
  createdAt: central.clock.now(),
});

async function inScope(central: Central, person: Person, accountId: number | null): Promise<boolean> {
  if (person.scope.kind === 'all') return true;
  if (accountId === null) return false;
  const siteIds = await siteIdsOf(central.storage.read, accountId);
  return mayInspect(person, { role: 'evUser', siteIds });
}

async function find(central: Central, person: Person, publicId: string): Promise<OwnedTag> {
  const tag = await tagByPublicId(central.storage.read, publicId);
  if (!tag || !(await inScope(central, person, tag.accountId))) throw new DomainError('tagUnknown');
  return tag;
}

const get = async (central: Central, person: Person, publicId: string) => asTag(await find(central, person, publicId));

async function requireOwner(central: Central, person: Person, publicId: string | null): Promise<void> {
  if (publicId === null) {
    if (person.scope.kind === 'all') return;
    throw new DomainError('inputInvalid', { field: 'accountId' }, { accountId: 'required' });
  }
  const owner = await accountByPublicId(central.storage.read, publicId);
  const siteIds = owner ? await siteIdsOf(central.storage.read, owner.id) : [];
  if (!owner || !mayInspect(person, { role: owner.role, siteIds })) {
    throw new DomainError('accountUnknown', {}, { accountId: 'unknown' });
  }
}

async function write(central: Central, unit: readonly Statement[]): Promise<void> {
  await central.storage.write(unit).catch((error: unknown) => {
    throw tagRefusal(error);
  });
  central.publish({ kind: 'tags.changed' });
}
