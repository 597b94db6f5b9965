import { type ComputedRef, computed } from 'vue';
import { useI18n } from 'vue-i18n';
import type { OutletLive, StationLive } from '../../shared/api/stations.ts';
import type { RequestKind } from '../../shared/model/command.ts';
import { useSession } from '../stores/session.ts';
import { energyText } from './quantity.ts';
import { clockText } from './time-zone.ts';
import { type Commands, useCommand } from './useCommand.ts';
import { useCommandsWait } from './useCommandsWait.ts';
import { confirm } from './useConfirm.ts';
import { useErrorText } from './useErrorText.ts';
import { wireName } from './useRequestText.ts';
import { toast } from './useToasts.ts';

export type StationCommands = Commands &
  Readonly<{
    /** Why nothing can be sent now; undefined when it can. */
    reason: ComputedRef<string | undefined>;
    /** The same for a kind of command: a pending station can be set up, not charge, and an old version of OCPP has fewer messages. */
    reasonFor(kind: RequestKind): string | undefined;
    /** Only that the station is offline stands in the way: what need not happen at once can wait until it is back. */
    isAway: ComputedRef<boolean>;
    /** Who charges where, since when and how much: for a warning that names whom it hits. */
    sessionText(outlet: OutletLive, zone: string): string;
    /** Asks, then ends the charging of an outlet. */
    stop(outlet: OutletLive, zone: string): Promise<void>;
  }>;

/** Commands to a station, with the reason when none can be sent (UX 1.11). */
export function useStationCommands(station: () => StationLive | null): StationCommands {
  const { t, locale } = useI18n();
  const session = useSession();
  const errorText = useErrorText();
  const wait = useCommandsWait();
  const commands = useCommand(() => station()?.id ?? '');

  const reason = computed(() => {
    if (!session.has('stations.control')) return t('control.reason.right');
    if (wait.value) return wait.value;
    const now = station();
    if (!now) return t('common.loading');
    if (!now.online) return t(now.everConnected ? 'control.reason.offline' : 'control.reason.never');
    if (now.registration === 'rejected') return t('control.reason.notAccepted');
    if (now.canBeCommanded) return undefined;
    const address = now.callBackOverride ?? now.callBackSeen;
    return address === null ? t('control.reason.noAddress') : t('control.reason.addressRefused', { address });
  });

  function reasonFor(kind: RequestKind): string | undefined {
    const now = station();
    if (now?.lacks.includes(kind)) return t('control.reason.lacks', { version: now.protocol ?? '', message: wireName[kind] });
    if (reason.value !== undefined || !now) return reason.value;
    // Before its acceptance a station is set up, and may not be told to charge (FACTS §6.1).
    const isCharging = kind === 'remoteStart' || kind === 'remoteStop';
    return isCharging && now.registration === 'pending' ? t('control.reason.pending') : undefined;
  }

  const isAway = computed(() => {
    const now = station();
    const isFree = session.has('stations.control') && !wait.value;
    return isFree && now !== null && !now.online && now.registration !== 'rejected';
  });

  function sessionText(outlet: OutletLive, zone: string): string {
    if (!outlet.session) return '';
    const { startedAt, energyWh, userName, idTag } = outlet.session;
    return [
      t('control.outlet', { number: outlet.connectorId }),
      userName ?? idTag ?? t('sessions.value.authentication.anonymous'),
      energyWh === null ? null : `${energyText(energyWh, locale.value)}\u00A0kWh`,
      t('control.sinceTime', { time: clockText(startedAt, zone) }),
    ]
      .filter(Boolean)
      .join(', ');
  }

  async function stop(outlet: OutletLive, zone: string): Promise<void> {
    if (!outlet.session) return;
    const yes = await confirm({
      title: t('control.stopTitle', { outlet: outlet.connectorId }),
      text: `${sessionText(outlet, zone)}. ${t('control.stopText')}`,
      verb: t('control.command.remoteStop'),
    });
    if (!yes) return;
    const sent = await commands.send({ kind: 'remoteStop', transactionId: outlet.session.transactionId });
    if (!sent) toast(errorText(commands.error.value), 'error');
  }

  return { ...commands, reason, reasonFor, isAway, sessionText, stop };
}
