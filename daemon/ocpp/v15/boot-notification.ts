import { incoming } from '../action.ts';
import { BootNotification as BootNotification16 } from '../v16/boot-notification.ts';
import { DateTime, Int, message, oneOf } from '../v16/fields.ts';

/** OCPP 1.5 §5.2. The answer calls the interval `heartbeatInterval` and knows no *Pending*: who is not accepted yet is *Rejected*. */
export const BootNotification = incoming({
  beforeAcceptance: true,
  request: BootNotification16.request,
  confirmation: message({ status: oneOf(['Accepted', 'Rejected']), currentTime: DateTime, heartbeatInterval: Int }),
  async handle(central, station, request) {
    const { status, currentTime, interval } = await BootNotification16.handle(central, station, request);
    return {
      status: status === 'Accepted' ? ('Accepted' as const) : ('Rejected' as const),
      currentTime,
      heartbeatInterval: interval,
    };
  },
});
