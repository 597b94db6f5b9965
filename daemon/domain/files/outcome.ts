import { reasonOf } from '../../../shared/model/command.ts';
import { commandByPublicId } from '../../storage/commands.ts';
import { transferByCommand, unsentOfOpenTransfers, updateTransfer } from '../../storage/transfers.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import type { Station } from '../station/station.ts';
import { externalAddress, folderOn } from './file-server.ts';
import type { TransferRow } from './job.ts';
import { receive } from './receive.ts';

/** A command that the station refused, or never got, ends its transfer, and its password with it. */
export function followCommands(central: Central): () => void {
  return central.subscribe((event) => {
    if (event.kind !== 'command.changed') return;
    void endRefused(central, event.commandId).catch((err) => central.log.error({ err }, 'outcome of a transfer not kept'));
  });
}

const refusing = new Set(['rejected', 'expired', 'failed', 'withdrawn']);

/** Ends the transfers whose commands came to nothing just before we were stopped, or by that. */
export async function endOverlooked(central: Central): Promise<void> {
  for (const commandId of await unsentOfOpenTransfers(central.storage.read, [...refusing])) await endRefused(central, commandId);
}

/** Ends the transfer of a command that came to nothing. */
async function endRefused(central: Central, commandId: string): Promise<void> {
  const { storage, clock } = central;
  const transfer = await transferByCommand(storage.read, commandId);
  const command = transfer && (await commandByPublicId(storage.read, commandId));
  // One that failed on its way may be tried again by the station; its own words have told the transfer.
  if (!transfer || !command || !refusing.has(command.state) || transfer.status !== null) return;
  const reason = reasonOf(command.state, JSON.parse(command.detail ?? 'null'));
  const problem = reason
    ? `${reason.code} ${reason.facts.reason ?? reason.facts.supported ?? ''}`.trim()
    : (command.answer ?? command.state);
  const state = command.state === 'expired' ? 'expired' : 'failed';
  await storage.write([updateTransfer(transfer.id, { state, problem, endedAt: clock.now() })]);
  central.publish({ kind: 'station.changed', stationId: transfer.stationId });
}

/**
 * With an external server, the station's *Uploaded* is the sign to take its files from there, and *Installed* to tidy up. What goes
 * wrong is told at the transfer, since no person waits for it.
 */
export async function followExternal(central: Central, station: Station, transfer: TransferRow, status: string): Promise<void> {
  const { files, storage, clock } = central;
  if (transfer.server !== 'external' || !files.external || (status !== 'Uploaded' && status !== 'Installed')) return;
  try {
    const server = await externalAddress(central);
    const folder = folderOn(server, transfer.publicId);
    if (status === 'Installed') return await files.external.remove(server, folder);
    await files.external.take(server, folder, async (name, write) => {
      const receiver = await receive(central, { transfer, station, way: 'put' }, name, 0);
      try {
        await write((bytes) => receiver.write(bytes));
        await receiver.finish();
      } catch (error) {
        await receiver.breakOff();
        throw error;
      }
    });
    await storage.write([updateTransfer(transfer.id, { state: 'done', endedAt: clock.now() })]);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const problem = `${error.code} ${error.facts.reason ?? ''}`.trim();
    await storage.write([updateTransfer(transfer.id, { state: 'failed', problem, endedAt: clock.now() })]);
  }
  central.publish({ kind: 'station.changed', stationId: station.id });
}
