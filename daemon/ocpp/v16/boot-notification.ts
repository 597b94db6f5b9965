import { Type } from 'typebox';
import { boot } from '../../domain/station/boot.ts';
import { incoming } from '../action.ts';
import { Int, message, oneOf, text } from './fields.ts';

/** OCPP 1.6 §4.2: a station started; may it take part, and how often shall it be heard? */
export const BootNotification = incoming({
  beforeAcceptance: true,
  request: message({
    chargePointVendor: text(20),
    chargePointModel: text(20),
    chargePointSerialNumber: Type.Optional(text(25)),
    chargeBoxSerialNumber: Type.Optional(text(25)),
    firmwareVersion: Type.Optional(text(50)),
    iccid: Type.Optional(text(20)),
    imsi: Type.Optional(text(20)),
    meterType: Type.Optional(text(25)),
    meterSerialNumber: Type.Optional(text(25)),
  }),
  confirmation: message({
    status: oneOf(['Accepted', 'Pending', 'Rejected']),
    currentTime: Type.String(),
    interval: Int,
  }),
  async handle(central, station, request) {
    const { status, intervalS } = await boot(central, station, {
      vendor: request.chargePointVendor,
      model: request.chargePointModel,
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
