import type { ErrorData } from '../../../shared/api/api.ts';
import type { ApiError } from '../../../shared/errors.ts';
import type { Firmware } from '../../../shared/model/file-transfer.ts';

/** The daemon did not take the file. */
export class UploadRefused extends Error {
  readonly error: Pick<ApiError, 'facts'> & { code: ApiError['code'] | 'unreachable' };

  constructor(error: UploadRefused['error']) {
    super(error.code);
    this.name = 'UploadRefused';
    this.error = error;
  }
}

/** Sends a file to a link of the daemon and tells how much has left; `fetch` could not. Rejects with `UploadRefused`. */
export function putFile(path: string, file: File, progress: (bytes: number) => void): Promise<Firmware> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', path);
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded }) => progress(loaded);
    request.onerror = () => reject(new UploadRefused({ code: 'unreachable', facts: {} }));
    request.onload = () => {
      // The daemon's own answers: the new file of the library, or tRPC's form of a refusal.
      if (request.status === 200) return resolve(request.response as Firmware);
      const refusal = request.response as { error?: { data?: ErrorData } } | null;
      reject(new UploadRefused(refusal?.error?.data?.error ?? { code: 'internal', facts: {} }));
    };
    request.send(file);
  });
}
