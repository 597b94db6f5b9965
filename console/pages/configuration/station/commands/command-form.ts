import type { StationLive } from '../../../../../shared/api/stations.ts';
import type { AskedRequest } from '../../../../../shared/model/command.ts';
import type { StationCommands } from '../../../../composables/useStationCommands.ts';

/** What every form of a command is given. */
export type CommandFormProps = {
  station: StationLive;
  /** The outlet that the person came from. */
  outlet: number | undefined;
  commands: StationCommands;
  zone: string;
  /** How long it may wait for a station that is offline; undefined: it shall not. */
  waitMs: number | undefined;
};

/** What it asks for in the end. */
export type CommandFormEmits = { send: [request: AskedRequest] };
