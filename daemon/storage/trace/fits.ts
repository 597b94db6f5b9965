import type { Encoded } from './codec.ts';
import type { SessionMark, TraceCondition } from './trace.ts';

/** Whether a message is one of those asked for. What costs least is looked at first. */
export function fits(message: Encoded, condition: TraceCondition): boolean {
  const { direction, from, until, verdicts, actions, hide, session, text } = condition;
  if (direction !== undefined && message.direction !== direction) return false;
  if (from !== undefined && message.time < from) return false;
  if (until !== undefined && message.time > until) return false;
  if (verdicts && !verdicts.includes(message.verdict)) return false;
  if (actions || hide) {
    const { action } = message;
    if (actions && !actions.includes(action)) return false;
    if (hide?.includes(action)) return false;
  }
  if (session && !isAbout(message, session)) return false;
  return text === undefined || text === '' || message.says(text.toLowerCase());
}

/** A session's messages carry its number, or only its connector; Authorize and remote start carry its tag alone. */
function isAbout(message: Encoded, { transactionId, connectorId, idTag }: SessionMark): boolean {
  if (message.transactionId !== null) return message.transactionId === transactionId;
  if (message.connectorId !== null) return message.connectorId === connectorId;
  return idTag !== '' && message.says(idTag.toLowerCase());
}
