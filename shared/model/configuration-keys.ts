import { type Static, Type } from 'typebox';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** The feature profiles of OCPP 1.6, in its own spelling as SupportedFeatureProfiles has them; the security extension; a maker's own. */
export const keyProfiles = [
  'Core',
  'FirmwareManagement',
  'LocalAuthListManagement',
  'Reservation',
  'SmartCharging',
  'RemoteTrigger',
  'Security',
  'Vendor',
] as const;

/** What is known of a configuration key. Its meaning in words: `configurationKey.<Key>` in the locales. */
export const KnownKey = Type.Object({
  key: Type.String({ description: 'As the standard or the maker spells it' }),
  type: Type.Enum(['bool', 'int', 'text', 'list', 'measurands']),
  unit: nullable(Type.Enum(['s', 'Wh', '%', 'A', 'W'])),
  minimum: nullable(Type.Integer()),
  maximum: nullable(Type.Integer()),
  items: nullable(Type.Array(Type.String(), { description: 'What a list, or a text with a choice, may hold' })),
  access: Type.Enum(['R', 'RW', 'W'], { description: 'Of the standard; a station may allow less' }),
  /** Required of a 1.6 station that has the profile. */
  required: Type.Boolean(),
  versions: Type.Array(Type.Enum(['1.5', '1.6'])),
  reboot: Type.Boolean({ description: 'Takes effect after a reboot' }),
  /** A wrong value can cut the station off, so that only somebody on site can bring it back. */
  danger: Type.Boolean(),
  /** Its value is stored and shown nowhere. */
  secret: Type.Boolean(),
  profile: Type.Enum([...keyProfiles]),
  maker: nullable(Type.String()),
});
export type KnownKey = Static<typeof KnownKey>;

type Facts = Partial<Omit<KnownKey, 'key'>>;

const known = (key: string, type: KnownKey['type'], access: KnownKey['access'], facts: Facts = {}): KnownKey => ({
  key,
  type,
  unit: null,
  minimum: type === 'int' ? 0 : null,
  maximum: type === 'int' ? 2_147_483_647 : null,
  items: null,
  access,
  required: false,
  versions: ['1.6'],
  reboot: false,
  danger: false,
  secret: false,
  profile: 'Core',
  maker: null,
  ...facts,
});

const both: Facts = { versions: ['1.5', '1.6'] };
const old: Facts = { versions: ['1.5'] };
const required: Facts = { required: true };
const danger: Facts = { danger: true };
const seconds: Facts = { unit: 's', maximum: 31_622_400 };
const percent: Facts = { unit: '%', maximum: 100 };
const firmware: Facts = { profile: 'FirmwareManagement' };
const localList: Facts = { profile: 'LocalAuthListManagement' };
const smart: Facts = { profile: 'SmartCharging' };
const security: Facts = { profile: 'Security' };
const of = (maker: string): Facts => ({ profile: 'Vendor', maker });
const microOcpp = of('MicroOcpp');

/**
 * The keys that we know: OCPP 1.5 §6.9.1, 1.6 §9 with its errata, the security extension §7, and some that makers have documented, or that
 * open programs for stations use. A station says what it really has; this says what that means.
 */
export const knownKeys: readonly KnownKey[] = [
  known('AllowOfflineTxForUnknownId', 'bool', 'RW'),
  known('AuthorizationCacheEnabled', 'bool', 'RW'),
  known('AuthorizeRemoteTxRequests', 'bool', 'RW', required),
  known('BlinkRepeat', 'int', 'RW', both),
  known('ClockAlignedDataInterval', 'int', 'RW', { ...both, ...required, ...seconds, maximum: 86_400 }),
  known('ConnectionTimeOut', 'int', 'RW', { ...both, ...required, ...seconds }),
  known('ConnectorPhaseRotation', 'list', 'RW', required),
  known('ConnectorPhaseRotationMaxLength', 'int', 'R'),
  known('GetConfigurationMaxKeys', 'int', 'R', required),
  known('HeartbeatInterval', 'int', 'RW', { ...required, ...seconds }),
  known('HeartBeatInterval', 'int', 'RW', { ...old, ...seconds }),
  known('LightIntensity', 'int', 'RW', { ...both, ...percent }),
  known('LocalAuthorizeOffline', 'bool', 'RW', required),
  known('LocalPreAuthorize', 'bool', 'RW', required),
  known('MaxEnergyOnInvalidId', 'int', 'RW', { unit: 'Wh' }),
  known('MessageTimeout', 'int', 'RW', { ...seconds, ...danger, minimum: 1 }),
  known('MeterValuesAlignedData', 'measurands', 'RW', { ...both, ...required }),
  known('MeterValuesAlignedDataMaxLength', 'int', 'R'),
  known('MeterValuesSampledData', 'measurands', 'RW', { ...both, ...required }),
  known('MeterValuesSampledDataMaxLength', 'int', 'R'),
  known('MeterValueSampleInterval', 'int', 'RW', { ...both, ...required, ...seconds }),
  known('MinimumStatusDuration', 'int', 'RW', seconds),
  known('NumberOfConnectors', 'int', 'R', { ...required, minimum: 1 }),
  known('ResetRetries', 'int', 'RW', { ...both, ...required }),
  known('StopTransactionMaxMeterValues', 'int', 'R'),
  known('StopTransactionOnEVSideDisconnect', 'bool', 'RW'),
  known('StopTransactionOnInvalidId', 'bool', 'RW', required),
  known('StopTxnAlignedData', 'measurands', 'RW', { ...both, ...required }),
  known('StopTxnAlignedDataMaxLength', 'int', 'R'),
  known('StopTxnSampledData', 'measurands', 'RW', { ...both, ...required }),
  known('StopTxnSampledDataMaxLength', 'int', 'R'),
  known('SupportedFeatureProfiles', 'list', 'R', {
    ...required,
    items: keyProfiles.filter((profile) => profile !== 'Security' && profile !== 'Vendor'),
  }),
  known('SupportedFeatureProfilesMaxLength', 'int', 'R'),
  known('TransactionMessageAttempts', 'int', 'RW', required),
  known('TransactionMessageRetryInterval', 'int', 'RW', { ...required, ...seconds }),
  known('UnlockConnectorOnEVSideDisconnect', 'bool', 'RW', required),
  known('WebSocketPingInterval', 'int', 'RW', { ...seconds, ...danger }),
  known('ProximityLockRetries', 'int', 'RW', old),
  known('ProximityContactRetries', 'int', 'RW', old),
  known('ChargePointId', 'text', 'RW', { ...old, ...danger }),

  known('SupportedFileTransferProtocols', 'list', 'R', { ...firmware, items: ['FTP', 'FTPS', 'HTTP', 'HTTPS', 'SFTP'] }),

  known('LocalAuthListEnabled', 'bool', 'RW', { ...localList, ...required }),
  known('LocalAuthListMaxLength', 'int', 'R', { ...localList, ...required }),
  known('SendLocalListMaxLength', 'int', 'R', { ...localList, ...required }),

  known('ReserveConnectorZeroSupported', 'bool', 'R', { profile: 'Reservation' }),

  known('ChargeProfileMaxStackLevel', 'int', 'R', { ...smart, ...required }),
  known('ChargingScheduleAllowedChargingRateUnit', 'list', 'R', { ...smart, ...required, items: ['Current', 'Power'] }),
  known('ChargingScheduleMaxPeriods', 'int', 'R', { ...smart, ...required }),
  known('ConnectorSwitch3to1PhaseSupported', 'bool', 'R', smart),
  known('MaxChargingProfilesInstalled', 'int', 'R', { ...smart, ...required }),

  known('AdditionalRootCertificateCheck', 'bool', 'R', security),
  known('AuthorizationKey', 'text', 'W', { ...security, ...danger, secret: true }),
  known('CertificateSignedMaxChainSize', 'int', 'R', { ...security, maximum: 10_000 }),
  known('CertificateStoreMaxLength', 'int', 'R', security),
  known('CpoName', 'text', 'RW', security),
  known('SecurityProfile', 'int', 'RW', { ...security, ...danger, maximum: 3 }),

  known('PlugAndChargeIdentifier', 'text', 'RW', of('Alfen')),
  known('ACPhaseSwitchingSupported', 'bool', 'R', of('Charge Amps')),
  known('evb_SupportedMeasurands', 'measurands', 'R', of('EVBox')),
  known('WebsocketPongTimeout', 'int', 'R', { ...of('EVerest'), ...seconds }),
  known('Cst_BackendUrl', 'text', 'RW', { ...microOcpp, ...danger, reboot: true }),
  known('Cst_ChargeBoxId', 'text', 'RW', { ...microOcpp, ...danger, reboot: true }),
  known('Cst_ReconnectInterval', 'int', 'RW', { ...microOcpp, ...seconds, ...danger }),
  known('Cst_StaleTimeout', 'int', 'RW', { ...microOcpp, ...seconds, ...danger }),
  known('Cst_AuthorizationTimeout', 'int', 'RW', { ...microOcpp, ...seconds }),
  known('Cst_FreeVendActive', 'bool', 'RW', microOcpp),
  known('Cst_FreeVendIdTag', 'text', 'RW', microOcpp),
  known('Cst_PreBootTransactions', 'bool', 'RW', microOcpp),
  known('Cst_SilentOfflineTransactions', 'bool', 'RW', microOcpp),
];

// An exact spelling wins: HeartBeatInterval of 1.5 and HeartbeatInterval of 1.6 are one key for whoever spells it otherwise.
const exact = new Map(knownKeys.map((key) => [key.key, key]));
const folded = new Map(knownKeys.toReversed().map((key) => [key.key.toLowerCase(), key]));

/** What is known of a key; spelling counts without regard to case (FACTS §6.15). */
export const knownKey = (key: string): KnownKey | null => exact.get(key) ?? folded.get(key.toLowerCase()) ?? null;

const energies = ['Import', 'Export'].flatMap((way) =>
  ['Active', 'Reactive'].flatMap((kind) => ['Register', 'Interval'].map((form) => `Energy.${kind}.${way}.${form}`)),
);
const powers = ['Power.Active.Export', 'Power.Reactive.Import', 'Power.Reactive.Export'];
const common = ['Energy.Active.Import.Register', 'Power.Active.Import', 'Current.Import', 'Voltage', 'SoC', 'Current.Offered'];

/** What a station can measure (OCPP 1.6 §7.31), the commonest first. A list of them may add the phase, as in `Voltage.L1`. */
export const measurands: readonly string[] = [
  ...common,
  ...['Power.Offered', 'Power.Factor', 'Frequency', 'Temperature', 'RPM', 'Current.Export'],
  ...powers,
  ...energies.filter((energy) => !common.includes(energy)),
];
const knownMeasurands = new Set(measurands);
const phase = /\.(L[123]|N|L[123]-N|L1-L2|L2-L3|L3-L1)$/;
const isMeasurand = (item: string): boolean => knownMeasurands.has(item.replace(phase, ''));

/** Whether a value fits what is known of its key; else what would be right, in a form that needs no translation. */
export function fitOf(key: KnownKey, value: string): { fits: true } | { fits: false; expected: string } {
  const refused = (expected: string) => ({ fits: false, expected }) as const;
  const items = value === '' ? [] : value.split(',').map((item) => item.trim());
  switch (key.type) {
    case 'bool':
      return /^(true|false)$/i.test(value) ? { fits: true } : refused('true, false');
    case 'int': {
      const minimum = key.minimum ?? 0;
      const maximum = key.maximum ?? Number.MAX_SAFE_INTEGER;
      const isRight = /^\d{1,10}$/.test(value) && Number(value) >= minimum && Number(value) <= maximum;
      return isRight ? { fits: true } : refused(`${minimum}…${maximum}${key.unit === null ? '' : ` ${key.unit}`}`);
    }
    case 'list':
      if (items.includes('')) return refused('a,b,c');
      return key.items && items.some((item) => !key.items?.includes(item)) ? refused(key.items.join(', ')) : { fits: true };
    case 'measurands':
      return items.every(isMeasurand)
        ? { fits: true }
        : refused('Energy.Active.Import.Register, Power.Active.Import, Voltage.L1, …');
    case 'text':
      return { fits: true };
  }
}
