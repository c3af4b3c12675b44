import { afterEach, expect, test, vi } from 'vitest';
import { interruptSignal } from '../../src/training';

afterEach(() => vi.restoreAllMocks());

test('one signal for the process: the first interruption aborts, an echo of it does nothing, a later one ends', () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as never);
  const written = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const now = vi.spyOn(performance, 'now').mockReturnValue(5000);
  const listeners = process.listenerCount('SIGINT');
  const signal = interruptSignal('stopping');
  expect(interruptSignal()).toBe(signal);
  expect(process.listenerCount('SIGINT')).toBe(listeners + 1);

  process.emit('SIGINT');
  expect(signal.aborted).toBe(true);
  expect(written.mock.calls).toEqual([['\nstopping\n']]);
  // As npm and tsx pass on what the terminal has sent to all.
  now.mockReturnValue(5030);
  process.emit('SIGINT');
  process.emit('SIGTERM');
  expect(exit).not.toHaveBeenCalled();
  now.mockReturnValue(6500);
  process.emit('SIGINT');
  expect(exit).toHaveBeenLastCalledWith(130);
  now.mockReturnValue(8000);
  process.emit('SIGTERM');
  expect(exit).toHaveBeenLastCalledWith(143);
});
