import { doubleField, floatField, integerField, messageField, stringField } from '../../protobuf-writer';

/** When something happened. */
export interface EventTime {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** Steps of the run until then. */
  readonly step: number;
}

// Field numbers of TensorFlow's event.proto, summary.proto and tensor.proto (Apache 2.0).
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const SUMMARY_VALUE = 1;
const VALUE = { tag: 1, simpleValue: 2, tensor: 8, metadata: 9 } as const;
const METADATA = { pluginData: 1 } as const;
const TENSOR = { dtype: 1, shape: 2, stringValue: 8 } as const;
const SESSION_START = 1;
const DT_STRING = 7;

/** The message Event that an event file begins with. */
export function fileVersionEvent(wallTime: number): Uint8Array {
  return event({ wallTime, step: 0 }, stringField(EVENT.fileVersion, 'brain.Event:2'));
}

/**
 * The message Event by which a session starts: from the second one in a directory on, TensorBoard drops what earlier files hold
 * at this step and later.
 */
export function sessionStartEvent(time: EventTime): Uint8Array {
  return event(time, messageField(EVENT.sessionLog, integerField(1, SESSION_START)));
}

/** The message Event with some figures, by tag; they are stored as float32. */
export function scalarsEvent(time: EventTime, scalars: Readonly<Record<string, number>>): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]) =>
    messageField(SUMMARY_VALUE, stringField(VALUE.tag, tag), floatField(VALUE.simpleValue, value)),
  );
  return event(time, messageField(EVENT.summary, ...values));
}

/** The message Event with a text in Markdown. */
export function textEvent(time: EventTime, tag: string, text: string): Uint8Array {
  const value = messageField(
    SUMMARY_VALUE,
    stringField(VALUE.tag, tag),
    messageField(
      VALUE.tensor,
      integerField(TENSOR.dtype, DT_STRING),
      // No dimensions: one string.
      messageField(TENSOR.shape),
      stringField(TENSOR.stringValue, text),
    ),
    messageField(VALUE.metadata, messageField(METADATA.pluginData, stringField(1, 'text'))),
  );
  return event(time, messageField(EVENT.summary, value));
}

function event({ wallTime, step }: EventTime, content: Uint8Array): Uint8Array {
  // A 0 is not written, in protobuf's third version.
  const stepField = step === 0 ? [] : [integerField(EVENT.step, step)];
  return Buffer.concat([doubleField(EVENT.wallTime, wallTime), ...stepField, content]);
}
