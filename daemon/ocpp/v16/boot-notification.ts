import { Type } from 'typebox';
import { boot } from '../../domain/station/boot.ts';
import { incoming } from '../action.ts';
import { DateTime, Int, message, oneOf, text } from './fields.ts';

/** Serial numbers and names of models are often longer than the paper has them, and tell stations apart by their end (FACTS §10). */
const name = { keepTo: 100 };
/** Who leaves them out shall not be shut out for it: until it has booted a station may say nothing else. */
const maker = { ...name, absent: '' };

/** OCPP 1.6 §4.2: a station started; may it take part, and how often shall it be heard? */
export const BootNotification = incoming({
  beforeAcceptance: true,
  // Who says nothing at all has made a mistake.
  request: message(
    {
      chargePointVendor: text(20, maker),
      chargePointModel: text(20, maker),
      chargePointSerialNumber: Type.Optional(text(25, name)),
      chargeBoxSerialNumber: Type.Optional(text(25, name)),
      firmwareVersion: Type.Optional(text(50, name)),
      iccid: Type.Optional(text(20, name)),
      imsi: Type.Optional(text(20, name)),
      meterType: Type.Optional(text(25, name)),
      meterSerialNumber: Type.Optional(text(25, name)),
    },
    { minProperties: 1 },
  ),
  confirmation: message({
    status: oneOf(['Accepted', 'Pending', 'Rejected']),
    currentTime: DateTime,
    interval: Int,
  }),
  async handle(central, station, request) {
    const { status, intervalS } = await boot(central, station, {
      vendor: request.chargePointVendor || null,
      model: request.chargePointModel || null,
      serialNumber: request.chargePointSerialNumber ?? null,
      boxSerialNumber: request.chargeBoxSerialNumber ?? null,
      firmware: request.firmwareVersion ?? null,
      iccid: request.iccid ?? null,
      imsi: request.imsi ?? null,
      meterType: request.meterType ?? null,
      meterSerialNumber: request.meterSerialNumber ?? null,
    });
    return { status, currentTime: new Date(central.clock.now()).toISOString(), interval: intervalS };
  },
});
