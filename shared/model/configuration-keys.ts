import { type Static, Type } from 'typebox';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** The feature profiles of OCPP 1.6. */
const standardProfiles = [
  'Core',
  'FirmwareManagement',
  'LocalAuthListManagement',
  'Reservation',
  'SmartCharging',
  'RemoteTrigger',
] as const;
/** As SupportedFeatureProfiles spells them; those that the Alliance's papers added to 1.6; a maker's own. */
export const keyProfiles = [...standardProfiles, 'Security', 'PnC', 'CostAndPrice', 'Vendor'] as const;

/** What is known of a configuration key. Its meaning in words: `configurationKey.<Key>` in the locales. */
export const KnownKey = Type.Object({
  key: Type.String({ description: 'As the standard or the maker spells it' }),
  type: Type.Enum(['bool', 'int', 'decimal', 'text', 'list', 'measurands']),
  unit: nullable(Type.Enum(['s', 'ms', 'Wh', '%', 'A', 'V', 'W', 'B'])),
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
  maker: nullable(Type.String({ description: 'Whose documents say so; others may use the same name' })),
});
export type KnownKey = Static<typeof KnownKey>;

/** The largest number of OCPP's integers: no bound worth naming. */
export const unbounded = 2_147_483_647;

type Facts = Partial<Omit<KnownKey, 'key'>>;

const known = (key: string, type: KnownKey['type'], access: KnownKey['access'], facts: Facts = {}): KnownKey => ({
  key,
  type,
  unit: null,
  minimum: type === 'int' || type === 'decimal' ? 0 : null,
  maximum: type === 'int' || type === 'decimal' ? unbounded : null,
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
const seconds: Facts = { unit: 's' };
const percent: Facts = { unit: '%', maximum: 100 };
const firmware: Facts = { profile: 'FirmwareManagement' };
const localList: Facts = { profile: 'LocalAuthListManagement' };
const smart: Facts = { profile: 'SmartCharging' };
const security: Facts = { profile: 'Security' };
const pnc: Facts = { profile: 'PnC' };
const price: Facts = { profile: 'CostAndPrice' };
const of = (maker: string): Facts => ({ profile: 'Vendor', maker });
const alfen = of('Alfen');
const bender = of('Bender');
const easee = of('Easee');
const everest = of('EVerest');
const growatt = of('Growatt');
const microOcpp = of('MicroOcpp');
const zaptec = of('Zaptec');
const amperes: Facts = { unit: 'A' };
const watts: Facts = { unit: 'W' };
const bytes: Facts = { unit: 'B' };
const profilePurposes: Facts = { items: ['ChargePointMaxProfile', 'TxDefaultProfile', 'TxProfile'] };

/**
 * The keys that we know: OCPP 1.5 §6.9.1, 1.6 §9 with its errata, the security extension §7, the papers on Plug & Charge and on prices, and
 * those that makers have documented or that open programs use. A station says what it really has; this says what that means.
 */
export const knownKeys: readonly KnownKey[] = [
  known('AllowOfflineTxForUnknownId', 'bool', 'RW'),
  known('AuthorizationCacheEnabled', 'bool', 'RW'),
  known('AuthorizeRemoteTxRequests', 'bool', 'RW', required),
  known('BlinkRepeat', 'int', 'RW', both),
  known('ClockAlignedDataInterval', 'int', 'RW', { ...both, ...required, ...seconds }),
  known('ConnectionTimeOut', 'int', 'RW', { ...both, ...required, ...seconds }),
  known('ConnectorPhaseRotation', 'list', 'RW', required),
  known('ConnectorPhaseRotationMaxLength', 'int', 'R'),
  known('GetConfigurationMaxKeys', 'int', 'R', required),
  known('HeartbeatInterval', 'int', 'RW', { ...required, ...seconds }),
  known('HeartBeatInterval', 'int', 'RW', { ...old, ...seconds }),
  known('LightIntensity', 'int', 'RW', { ...both, ...percent }),
  known('LocalAuthorizeOffline', 'bool', 'RW', required),
  known('LocalPreAuthorize', 'bool', 'RW', required),
  known('MaxEnergyOnInvalidId', 'int', 'RW', { unit: 'Wh', maximum: 4_294_967_295 }),
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
    items: [...standardProfiles],
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

  // The Alliance's application note "Using ISO 15118 Plug & Charge with OCPP 1.6".
  known('CentralContractValidationAllowed', 'bool', 'RW', pnc),
  known('CertSigningRepeatTimes', 'int', 'RW', pnc),
  known('CertSigningWaitMinimum', 'int', 'RW', { ...pnc, ...seconds }),
  known('ContractValidationOffline', 'bool', 'RW', pnc),
  known('ISO15118PnCEnabled', 'bool', 'RW', pnc),

  // The Alliance's paper "OCPP & California Pricing Requirements", as EVerest's libocpp documents it.
  known('CustomDisplayCostAndPrice', 'bool', 'RW', price),
  known('CustomIdleFeeAfterStop', 'bool', 'RW', price),
  known('CustomMultiLanguageMessages', 'bool', 'RW', price),
  known('DefaultPrice', 'text', 'RW', price),
  known('DefaultPriceText', 'text', 'RW', price),
  known('Language', 'text', 'RW', price),
  known('NextTimeOffsetTransitionDateTime', 'text', 'RW', price),
  known('NumberOfDecimalsForCostValues', 'int', 'RW', price),
  known('SupportedLanguages', 'list', 'R', price),
  known('TimeOffset', 'text', 'RW', price),
  known('TimeOffsetNextTransition', 'text', 'RW', price),

  // "ACE NG9 Backoffice Configuration keys" 7.0.0; "Autocharge" of January 2024; units of the SC-… as in the open project alfen_wallbox.
  known('AutochargeEnabled', 'bool', 'RW', alfen),
  known('CertificateSignedMaxChain', 'int', 'R', alfen),
  known('MasterPassGroupId', 'text', 'RW', alfen),
  known('OCPPStackVersion', 'text', 'R', alfen),
  known('PlugAndChargeIdentifier', 'text', 'RW', alfen),
  known('RegisterMeterValuesIncludePhases', 'bool', 'RW', alfen),
  known('SC-ComfortLevel', 'int', 'RW', { ...alfen, ...watts }),
  known('SC-GreenShare', 'int', 'RW', { ...alfen, ...percent }),
  known('SC-Mode', 'text', 'RW', { ...alfen, items: ['Off', 'Green', 'Comfort'] }),
  known('SignedDataEnabled', 'bool', 'R', alfen),

  // Bender's controllers sit in stations of Garo, Ensto, Mennekes, Webasto and others. Its list of OCPP keys, 5.33, as far as it could be
  // read; the limit of current as the open project ev-server uses it.
  known('ChargePointModel', 'text', 'R', of('Bender, EVerest')),
  known('ChargePointVendor', 'text', 'R', of('Bender, EVerest')),
  known('OperatorCurrentLimit', 'int', 'RW', { ...bender, ...amperes }),
  known('RCMB_STATE', 'text', 'R', bender),
  known('RCMBDelta', 'int', 'RW', { ...bender, maximum: 999 }),
  known('RCMBTransactionMaxDC', 'text', 'R', bender),
  known('RCMBTransactionMaxRMS', 'text', 'R', bender),
  known('SSHAccessUsb', 'text', 'R', bender),
  known('SSHAccessWlanNetwork', 'text', 'R', bender),
  known('WeldCheck', 'text', 'R', bender),
  known('WeldCheckInType', 'text', 'R', bender),

  // developer.easee.com, "FreeCharging": both in lower case.
  known('freecharging', 'bool', 'RW', easee),
  known('rfidtagfreecharging', 'text', 'RW', easee),

  // docs.zaptec.com, "OCPP 1.6J Non-standard implementation guide". Zaptec Pro has EVerest inside.
  known('FreeCharging', 'bool', 'RW', zaptec),
  known('FreeChargingIdTag', 'text', 'RW', zaptec),
  known('LockCablePermanently', 'bool', 'RW', zaptec),
  known('PowerActiveImportDeltaForEagerMeterValueSample', 'int', 'RW', { ...zaptec, ...watts }),
  known('UseAuthorizationKeyWithoutDecoding', 'bool', 'RW', { ...zaptec, ...danger }),

  // One or two each: evcc for Charge Amps and EVBox, ev-server for Schneider, ConnectorIO for Phoenix Contact and Wallbox,
  // webasto-ocpp-freemode for Vestel, the open integrations of Growatt THOR.
  known('ACPhaseSwitchingSupported', 'bool', 'R', of('Charge Amps')),
  known('evb_SupportedMeasurands', 'measurands', 'R', of('EVBox')),
  known('G_MaxCurrent', 'decimal', 'RW', { ...growatt, ...amperes }),
  known('G_ServerURL', 'text', 'RW', { ...growatt, ...danger }),
  known('FreeMode', 'bool', 'RW', of('Phoenix Contact')),
  known('maxintensitysocket', 'int', 'RW', { ...of('Schneider Electric'), ...amperes }),
  known('FreeModeActive', 'bool', 'RW', of('Vestel, Webasto')),
  known('chargingALimitConn1', 'int', 'RW', { ...of('Wallbox'), ...amperes }),

  // libocpp, config/v16/profile_schemas/Internal.json.
  known('AllowChargingProfileWithoutStartSchedule', 'bool', 'RW', everest),
  known('AuthorizeConnectorZeroOnConnectorOne', 'bool', 'R', everest),
  known('CentralSystemURI', 'text', 'RW', { ...everest, ...danger }),
  known('ChargeBoxSerialNumber', 'text', 'R', everest),
  known('ChargePointSerialNumber', 'text', 'R', everest),
  known('CompositeScheduleDefaultLimitAmps', 'decimal', 'RW', { ...everest, ...amperes }),
  known('CompositeScheduleDefaultLimitWatts', 'decimal', 'RW', { ...everest, ...watts }),
  known('CompositeScheduleDefaultNumberPhases', 'int', 'RW', { ...everest, minimum: 1, maximum: 3 }),
  known('ConnectorEvseIds', 'list', 'RW', everest),
  known('FirmwareVersion', 'text', 'R', everest),
  known('ICCID', 'text', 'R', everest),
  known('IgnoredProfilePurposesOffline', 'list', 'RW', { ...everest, ...profilePurposes }),
  known('IMSI', 'text', 'R', everest),
  known('LogMessages', 'bool', 'R', everest),
  known('LogMessagesFormat', 'list', 'R', everest),
  known('LogRotation', 'bool', 'R', everest),
  known('LogRotationMaximumFileCount', 'int', 'R', everest),
  known('LogRotationMaximumFileSize', 'int', 'R', { ...everest, ...bytes }),
  known('MaxCompositeScheduleDuration', 'int', 'R', { ...everest, ...seconds }),
  known('MaxMessageSize', 'int', 'R', { ...everest, ...bytes }),
  known('MessageQueueSizeThreshold', 'int', 'R', everest),
  known('MessageTypesDiscardForQueueing', 'list', 'R', everest),
  known('MeterSerialNumber', 'text', 'R', everest),
  known('MeterType', 'text', 'R', everest),
  known('OcspRequestInterval', 'int', 'RW', { ...everest, ...seconds, minimum: 86_400 }),
  known('QueueAllMessages', 'bool', 'R', everest),
  known('RetryBackoffRandomRange', 'int', 'RW', { ...everest, ...seconds, ...danger }),
  known('RetryBackoffRepeatTimes', 'int', 'RW', { ...everest, ...danger }),
  known('RetryBackoffWaitMinimum', 'int', 'RW', { ...everest, ...seconds, ...danger }),
  known('SeccLeafSubjectCommonName', 'text', 'RW', everest),
  known('SeccLeafSubjectCountry', 'text', 'RW', everest),
  known('SeccLeafSubjectOrganization', 'text', 'RW', everest),
  known('SupplyVoltage', 'decimal', 'RW', { ...everest, unit: 'V' }),
  known('SupportedChargingProfilePurposeTypes', 'list', 'R', { ...everest, ...profilePurposes }),
  known('SupportedMeasurands', 'measurands', 'R', everest),
  known('UseSslDefaultVerifyPaths', 'bool', 'R', { ...everest, ...danger }),
  known('VerifyCsmsAllowWildcards', 'bool', 'RW', { ...everest, ...danger }),
  known('VerifyCsmsCommonName', 'bool', 'R', { ...everest, ...danger }),
  known('WaitForSetUserPriceTimeout', 'int', 'RW', { ...everest, unit: 'ms' }),
  known('WaitForStopTransactionsOnResetTimeout', 'int', 'RW', { ...everest, ...seconds }),
  known('WebsocketPingPayload', 'text', 'R', everest),
  known('WebsocketPongTimeout', 'int', 'R', { ...everest, ...seconds }),

  // Its source: MO_CONFIG_EXT_PREFIX.
  known('Cst_BackendUrl', 'text', 'RW', { ...microOcpp, ...danger, reboot: true }),
  known('Cst_ChargeBoxId', 'text', 'RW', { ...microOcpp, ...danger, reboot: true }),
  known('Cst_ReconnectInterval', 'int', 'RW', { ...microOcpp, ...seconds, ...danger }),
  known('Cst_StaleTimeout', 'int', 'RW', { ...microOcpp, ...seconds, ...danger }),
  known('Cst_AuthorizationTimeout', 'int', 'RW', { ...microOcpp, ...seconds }),
  known('Cst_FreeVendActive', 'bool', 'RW', microOcpp),
  known('Cst_FreeVendIdTag', 'text', 'RW', microOcpp),
  known('Cst_MeterValuesInTxOnly', 'bool', 'RW', microOcpp),
  known('Cst_PreBootTransactions', 'bool', 'RW', microOcpp),
  known('Cst_SilentOfflineTransactions', 'bool', 'RW', microOcpp),
  known('Cst_StopTxnDataCapturePeriodic', 'bool', 'RW', microOcpp),
];

// An exact spelling wins: HeartBeatInterval of 1.5 and HeartbeatInterval of 1.6 are one key for whoever spells it otherwise.
const exact = new Map(knownKeys.map((key) => [key.key, key]));
const folded = new Map(knownKeys.toReversed().map((key) => [key.key.toLowerCase(), key]));

/** What is known of a key; spelling counts without regard to case (FACTS §6.15). Keys of a language carry it: `DefaultPriceText,nb`. */
export function knownKey(key: string): KnownKey | null {
  const name = key.replace(/,.*/, '');
  return exact.get(name) ?? folded.get(name.toLowerCase()) ?? null;
}

/** Words in names of makers' own keys that tell of the line to us: address, network, identity, credentials. */
const lifelines = new Set(
  'address apn backend certificate csms dhcp dns endpoint ethernet gateway host hostname ip lan modem password proxy psk pwd server sim ssid tls uri url vpn websocket wifi wlan'.split(
    ' ',
  ),
);
const lifeline =
  /access_?point|wi_?fi|(charge_?(box|point)|station|ocpp)_?id(entity)?$|identity|security_?profile|auth(orization)?_?key/i;
const wordsOf = (key: string): readonly string[] => key.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];

/**
 * Whether a wrong value may cut the station off. Of a key that nobody has documented its name must do: to be asked once more costs a
 * click, a wrong address a drive.
 */
export const mayCutOff = (key: string): boolean =>
  knownKey(key)?.danger ?? (lifeline.test(key) || wordsOf(key).some((word) => lifelines.has(word.toLowerCase())));

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

type Fit = { fits: true } | { fits: false; expected: string };

/**
 * Whether a value fits what is known of its key; else what would be right, in a form that needs no translation. A station whose own
 * value does not fit, such as `1` for true or a measurand that it invented, has other ideas of the key, and may take anything.
 */
export function fitOf(key: KnownKey, value: string, own: string | null = null): Fit {
  const fit = standardFit(key, value);
  return !fit.fits && own !== null && own !== '' && !standardFit(key, own).fits ? { fits: true } : fit;
}

function standardFit(key: KnownKey, value: string): Fit {
  const refused = (expected: string) => ({ fits: false, expected }) as const;
  const items = value === '' ? [] : value.split(',').map((item) => item.trim());
  switch (key.type) {
    case 'bool':
      return /^(true|false)$/i.test(value) ? { fits: true } : refused('true, false');
    case 'int':
    case 'decimal': {
      const minimum = key.minimum ?? 0;
      const maximum = key.maximum ?? unbounded;
      const form = key.type === 'int' ? /^\d{1,10}$/ : /^\d{1,10}(\.\d{1,6})?$/;
      const isRight = form.test(value) && Number(value) >= minimum && Number(value) <= maximum;
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
