import { Type } from 'typebox';
import { noteSecurityEvent } from '../../domain/station/security-event.ts';
import { incoming } from '../action.ts';
import { readTime } from '../time.ts';
import { DateTime, EMPTY, Empty, message, text } from './fields.ts';

/** OCPP 1.6 security extension, A04: something happened that concerns the station's security. Always answered (FACTS §10). */
export const SecurityEventNotification = incoming({
  request: message({ type: text(50), timestamp: DateTime, techInfo: Type.Optional(text(255)) }),
  confirmation: Empty,
  async handle(central, station, request) {
    await noteSecurityEvent(central, station, {
      type: request.type,
      reportedAt: readTime(request.timestamp),
      techInfo: request.techInfo ?? null,
    });
    return EMPTY;
  },
});
