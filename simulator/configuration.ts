/** A configuration key of a station: its value, and what one may do with it. */
export type Setting = { value: string; readonly access: 'R' | 'RW' | 'W'; readonly kind: 'int' | 'bool' | 'text' | 'measurands' };

const measurands = new Set([
  'Current.Import',
  'Current.Offered',
  'Energy.Active.Import.Register',
  'Energy.Active.Import.Interval',
  'Frequency',
  'Power.Active.Import',
  'Power.Factor',
  'Power.Offered',
  'SoC',
  'Temperature',
  'Voltage',
]);

const featureProfiles = 'Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger';

/** The keys of OCPP 1.6 §9 as this station knows them, compared without regard to case. */
export class Configuration {
  readonly #settings: Map<string, Setting & { readonly key: string }>;

  constructor(outlets: number, preset: Readonly<Record<string, string>>) {
    this.#settings = new Map();
    const add = (key: string, access: Setting['access'], kind: Setting['kind'], value: string | number | boolean) =>
      this.#settings.set(key.toLowerCase(), { key, access, kind, value: preset[key] ?? String(value) });
    const sampled = 'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC';
    add('AllowOfflineTxForUnknownId', 'RW', 'bool', false);
    add('AuthorizationCacheEnabled', 'RW', 'bool', true);
    add('AuthorizationKey', 'W', 'text', '');
    add('AuthorizeRemoteTxRequests', 'RW', 'bool', false);
    add('ChargeProfileMaxStackLevel', 'R', 'int', 8);
    add('ChargingScheduleAllowedChargingRateUnit', 'R', 'text', 'Current,Power');
    add('ChargingScheduleMaxPeriods', 'R', 'int', 24);
    add('ClockAlignedDataInterval', 'RW', 'int', 0);
    add('ConnectionTimeOut', 'RW', 'int', 60);
    add('ConnectorPhaseRotation', 'RW', 'text', '0.RST');
    add('GetConfigurationMaxKeys', 'R', 'int', 100);
    add('HeartbeatInterval', 'RW', 'int', 300);
    add('LocalAuthListEnabled', 'RW', 'bool', true);
    add('LocalAuthListMaxLength', 'R', 'int', 1000);
    add('LocalAuthorizeOffline', 'RW', 'bool', true);
    add('LocalPreAuthorize', 'RW', 'bool', false);
    add('MaxChargingProfilesInstalled', 'R', 'int', 10);
    add('MessageTimeout', 'RW', 'int', 30);
    add('MeterValueSampleInterval', 'RW', 'int', 60);
    add('MeterValuesAlignedData', 'RW', 'measurands', 'Energy.Active.Import.Register');
    add('MeterValuesSampledData', 'RW', 'measurands', sampled);
    add('NumberOfConnectors', 'R', 'int', outlets);
    add('ReserveConnectorZeroSupported', 'R', 'bool', false);
    add('ResetRetries', 'RW', 'int', 1);
    add('SendLocalListMaxLength', 'R', 'int', 200);
    add('StopTransactionOnEVSideDisconnect', 'RW', 'bool', true);
    add('StopTransactionOnInvalidId', 'RW', 'bool', true);
    add('StopTxnAlignedData', 'RW', 'measurands', '');
    add('StopTxnSampledData', 'RW', 'measurands', 'Energy.Active.Import.Register');
    add('SupportedFeatureProfiles', 'R', 'text', featureProfiles);
    add('SupportedFileTransferProtocols', 'R', 'text', 'FTP,FTPS,HTTP,HTTPS');
    add('TransactionMessageAttempts', 'RW', 'int', 3);
    add('TransactionMessageRetryInterval', 'RW', 'int', 20);
    add('UnlockConnectorOnEVSideDisconnect', 'RW', 'bool', true);
    add('WebSocketPingInterval', 'RW', 'int', 0);
  }

  keys(): (Setting & { readonly key: string })[] {
    return [...this.#settings.values()];
  }
  find(key: string): (Setting & { readonly key: string }) | undefined {
    return this.#settings.get(key.toLowerCase());
  }
  text(key: string): string {
    return this.find(key)?.value ?? '';
  }
  number(key: string): number {
    return Number(this.text(key));
  }
  isTrue(key: string): boolean {
    return this.text(key).toLowerCase() === 'true';
  }
  list(key: string): string[] {
    return this.text(key)
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }

  /** What a ChangeConfiguration of this key and value is answered with; `Accepted` has taken effect. */
  change(key: string, value: string): 'Accepted' | 'Rejected' | 'NotSupported' {
    const setting = this.find(key);
    if (!setting) return 'NotSupported';
    if (setting.access === 'R' || !fits(setting.kind, value)) return 'Rejected';
    setting.value = value;
    return 'Accepted';
  }
}

function fits(kind: Setting['kind'], value: string): boolean {
  if (kind === 'int') return /^\d{1,9}$/.test(value);
  if (kind === 'bool') return /^(true|false)$/i.test(value);
  if (kind === 'text') return true;
  return value
    .split(',')
    .filter((item) => item.trim() !== '')
    .every((item) => measurands.has(item.trim().replace(/\.(L[123](-N)?|N)$/, '')));
}
