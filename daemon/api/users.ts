import { users } from '../../shared/api/users.ts';
import { createAccount, getAccount, listAccounts, removeAccount, updateAccount } from '../domain/user/accounts.ts';
import { createTag, listTags, removeTag, updateTag } from '../domain/user/tags.ts';
import { implement } from './procedure.ts';

/** Accounts and tags. Which of them are whose to manage is decided in the domain, for reading and writing alike. */
export const usersRouter = implement(users, {
  list: ({ central, person, input }) => listAccounts(central, person, input),
  get: ({ central, person, input }) => getAccount(central, person, input.accountId),
  create: ({ central, person, input }) => createAccount(central, person, input),
  update: ({ central, person, input }) => updateAccount(central, person, input),
  remove: async ({ central, person, input }) => ({
    sessions: await removeAccount(central, person, input.accountId, input.version),
  }),
  tags: ({ central, person, input }) => listTags(central, person, input),
  createTag: ({ central, person, input }) => createTag(central, person, input),
  updateTag: ({ central, person, input }) => updateTag(central, person, input),
  async removeTag({ central, person, input }) {
    await removeTag(central, person, input.tagId);
    return {};
  },
});
