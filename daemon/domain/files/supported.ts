import { type TransferProtocol, transferProtocols } from '../../../shared/model/file-transfer.ts';
import { configurationOf } from '../../storage/configuration-keys.ts';
import type { Central } from '../central.ts';
import type { Station } from '../station/station.ts';

/** What the station says in `SupportedFileTransferProtocols`, as far as we speak it; none: it has not said. */
export async function supportedProtocols(central: Central, station: Station): Promise<readonly TransferProtocol[]> {
  const keys = await configurationOf(central.storage.read, station.id);
  const value = keys.find(({ key }) => key.toLowerCase() === 'supportedfiletransferprotocols')?.value ?? '';
  const said = value.split(',').map((each) => each.trim().toLowerCase());
  return transferProtocols.filter((each) => said.includes(each));
}
