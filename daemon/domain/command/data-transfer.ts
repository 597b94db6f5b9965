import { withoutSecrets } from '../secrets/without-secrets.ts';
import { rule } from './rule.ts';

/** What a vendor's data means nobody knows here; a password in it is stored and shown nowhere, and so cannot wait. */
export const dataTransfer = rule('dataTransfer', {
  shown: (request) => (request.data === undefined ? request : { ...request, data: withoutSecrets(request.data) }),
  mayWait: ({ data = '' }) => withoutSecrets(data) === data,
});
