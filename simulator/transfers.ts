import { fetchFile, putFile } from './file-mover.ts';
import { CallFailed, ignoreFailedCall, type Payload, type Reply } from './line.ts';
import type { VirtualStation } from './station.ts';

/** How long each step takes, ms of the station's life. */
const stepMs = 20_000;

/** Fetches firmware and delivers diagnostics, and says each step. What it has fetched it throws away. */
export class Transfers {
  readonly #station: VirtualStation;
  firmwareStatus = 'Idle';
  diagnosticsStatus = 'Idle';

  constructor(station: VirtualStation) {
    this.#station = station;
  }

  /** UpdateFirmware (OCPP 1.6 §5.19): from its time on; afterwards the station restarts with another version. */
  update(request: Payload): Reply {
    const leftMs = Math.max(0, Date.parse(String(request.retrieveDate)) - Date.now());
    const install = () => {
      this.#station.firmware = nextVersion(this.#station.firmware);
      this.#station.reboot('SoftReset');
    };
    return {
      answer: {},
      afterwards: () => {
        this.#station.timers.afterReal(leftMs, () => {
          const done = (status: string) => {
            this.firmwareStatus = status;
            if (status === 'Installed') install();
          };
          const after = { good: ['Downloaded', 'Installing', 'Installed'], bad: ['DownloadFailed'] };
          const fetching = () => fetchFile(String(request.location));
          void this.#move('FirmwareStatusNotification', 'Downloading', fetching, after, done);
        });
      },
    };
  }

  /** GetDiagnostics (§5.9). */
  deliver(request: Payload): Reply {
    if (this.diagnosticsStatus === 'Uploading') return { answer: {} };
    this.diagnosticsStatus = 'Uploading';
    const fileName = `diagnostics-${this.#station.chargeBoxId}.log`;
    return {
      answer: { fileName },
      afterwards: () => {
        const done = (status: string) => {
          this.diagnosticsStatus = status === 'Uploading' ? status : 'Idle';
        };
        const putting = () => putFile(String(request.location), fileName, this.#log());
        const after = { good: ['Uploaded'], bad: ['UploadFailed'] };
        void this.#move('DiagnosticsStatusNotification', 'Uploading', putting, after, done);
      },
    };
  }

  /** What the station has to tell of itself. */
  #log(): string {
    const { chargeBoxId, firmware, outlets } = this.#station;
    const of = outlets.map((outlet) => `connector ${outlet.connectorId}: ${outlet.status}, ${Math.round(outlet.registerWh)} Wh`);
    return [`${new Date().toISOString()} ${chargeBoxId}, firmware ${firmware}`, ...of, ''].join('\n');
  }

  /** Says that it begins, moves the file, and plays what follows from how that went. */
  async #move(
    action: string,
    begins: string,
    move: () => Promise<unknown>,
    after: Readonly<{ good: readonly string[]; bad: readonly string[] }>,
    done: (status: string) => void,
  ): Promise<void> {
    await this.#tell(action, begins);
    done(begins);
    const steps = await move().then(
      () => after.good,
      // Whatever is wrong with the place: the central system hears that it failed.
      () => after.bad,
    );
    this.#play(action, steps, done);
  }

  #play(action: string, steps: readonly string[], done: (status: string) => void): void {
    const [status, ...others] = steps;
    if (status === undefined) return;
    void this.#tell(action, status).then(() => {
      done(status);
      this.#station.timers.after(stepMs, () => this.#play(action, others, done));
    });
  }

  /** Without connection the steps go on, and nobody hears of them. */
  async #tell(action: string, status: string): Promise<void> {
    await this.#station.call(action, { status }).catch((error: unknown) => {
      if (!(error instanceof CallFailed)) throw error;
      ignoreFailedCall(error);
    });
  }
}

/** `1.4.2` becomes `1.4.3`. */
const nextVersion = (version: string): string => version.replace(/\d+$/, (last) => String(Number(last) + 1));
