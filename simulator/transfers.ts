import { CallFailed, ignoreFailedCall, type Payload, type Reply } from './line.ts';
import type { VirtualStation } from './station.ts';

/** How long each step takes, ms of the station's life. */
const stepMs = 20_000;
const knownSchemes = /^(ftp|ftps|http|https):\/\/[^/\s]+/i;

/** Plays how a station fetches firmware and delivers diagnostics: it says each step, and moves no file. */
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
    const isGood = knownSchemes.test(String(request.location));
    const steps = isGood ? ['Downloading', 'Downloaded', 'Installing', 'Installed'] : ['Downloading', 'DownloadFailed'];
    const install = () => {
      this.#station.firmware = nextVersion(this.#station.firmware);
      this.#station.reboot('SoftReset');
    };
    return {
      answer: {},
      afterwards: () => {
        this.#station.timers.afterReal(leftMs, () => {
          this.#play('FirmwareStatusNotification', steps, (status) => {
            this.firmwareStatus = status;
            if (status === 'Installed') install();
          });
        });
      },
    };
  }

  /** GetDiagnostics (§5.9). */
  deliver(request: Payload): Reply {
    if (this.diagnosticsStatus === 'Uploading') return { answer: {} };
    const isGood = knownSchemes.test(String(request.location));
    this.diagnosticsStatus = 'Uploading';
    const fileName = `diagnostics-${this.#station.chargeBoxId}.log`;
    return {
      answer: { fileName },
      afterwards: () =>
        this.#play('DiagnosticsStatusNotification', ['Uploading', isGood ? 'Uploaded' : 'UploadFailed'], (status) => {
          this.diagnosticsStatus = status === 'Uploading' ? status : 'Idle';
        }),
    };
  }

  #play(action: string, steps: readonly string[], done: (status: string) => void): void {
    const [status, ...others] = steps;
    if (status === undefined) return;
    const tell = async () => {
      await this.#station.call(action, { status }).catch((error: unknown) => {
        // Without connection the steps go on, and nobody hears of them.
        if (!(error instanceof CallFailed)) throw error;
        ignoreFailedCall(error);
      });
      done(status);
      this.#station.timers.after(stepMs, () => this.#play(action, others, done));
    };
    void tell();
  }
}

/** `1.4.2` becomes `1.4.3`. */
const nextVersion = (version: string): string => version.replace(/\d+$/, (last) => String(Number(last) + 1));
