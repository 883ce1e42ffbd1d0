import { describe, expect, it } from 'vitest';
import { Admission, type AdmissionOptions, type Admitted } from './admission.js';

const never = new AbortController().signal;

function admissionOf(options: Partial<AdmissionOptions> = {}): Admission {
  return new Admission({
    maximumRunning: 2,
    maximumQueued: 100,
    maximumQueuedPerClient: 50,
    workers: 2,
    ...options,
  });
}

const asked = (client: string, stimuli = 10, deadlineInMs?: number) => ({
  client,
  kind: 'kind',
  stimuli,
  deadline: deadlineInMs === undefined ? undefined : new Date(Date.now() + deadlineInMs),
});

/** The places that it is told until it runs. */
async function placesOf(admitted: Admitted): Promise<number[]> {
  const places: number[] = [];
  for await (const place of admitted.places(never)) places.push(place);
  return places;
}

describe('Admission', () => {
  it('lets some run, half of them of one client, and tells the others their place', async () => {
    const admission = admissionOf();
    const first = admission.ask(asked('a'));
    expect(await placesOf(first)).toEqual([]);
    const second = placesOf(admission.ask(asked('a')));
    const third = placesOf(admission.ask(asked('a')));
    expect(await placesOf(admission.ask(asked('b')))).toEqual([]);
    first.end();
    expect((await second).at(0)).toBe(1);
    const late = admission.ask(asked('c', 1));
    await Promise.resolve();
    late.end();
    expect(await Promise.race([third, Promise.resolve('waits')])).toBe('waits');
  });

  it('takes clients in turns, though one asked for much before', async () => {
    const admission = admissionOf({ maximumRunning: 1 });
    const running = admission.ask(asked('a'));
    const order: string[] = [];
    const wait = async (admitted: Admitted, name: string): Promise<void> => {
      await placesOf(admitted);
      order.push(name);
      admitted.end();
    };
    const all = [
      ...['a1', 'a2', 'a3'].map((name) => wait(admission.ask(asked('a')), name)),
      wait(admission.ask(asked('b')), 'b1'),
    ];
    running.end();
    await Promise.all(all);
    expect(order.indexOf('b1')).toBeLessThan(2);
    expect(order.filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
  });

  it('refuses what is too much, of one client and in all, and says when to repeat it', () => {
    const admission = admissionOf({ maximumQueued: 3, maximumQueuedPerClient: 2, maximumRunning: 1 });
    for (const client of ['a', 'a', 'a', 'b']) admission.ask(asked(client));
    const overloaded = { reason: 'OVERLOADED', retryAfterMs: expect.any(Number) };
    expect(() => admission.ask(asked('a'))).toThrow(
      expect.objectContaining({ ...overloaded, message: expect.stringMatching(/^2 .* of this client/) }),
    );
    expect(() => admission.ask(asked('c'))).toThrow(
      expect.objectContaining({ ...overloaded, message: expect.stringMatching(/^3 measurements wait/) }),
    );
  });

  it('does of too many what can be done by the deadline, and refuses the others at once', () => {
    const admission = admissionOf();
    const first = admission.ask(asked('first'));
    // 100 ms a stimulus: 10 take 0.5 s on two workers.
    first.done(10, 1000);
    let taken = 0;
    const refused: unknown[] = [];
    for (let index = 0; index < 50; index += 1) {
      try {
        admission.ask(asked(`client ${index}`, 10, 10_000));
        taken += 1;
      } catch (error) {
        refused.push(error);
      }
    }
    // 20 fit exactly; estimates are trusted to 70 %.
    expect(taken).toBeGreaterThanOrEqual(20);
    expect(taken).toBeLessThanOrEqual(31);
    expect(refused).toHaveLength(50 - taken);
    for (const error of refused) expect(error).toMatchObject({ reason: 'OVERLOADED' });
    expect(() => admission.ask(asked('late', 1000, 10_000))).toThrow(
      expect.objectContaining({ reason: 'DEADLINE_EXCEEDED' }),
    );
  });

  it('refuses those that wait when it shows that they wait in vain', async () => {
    const admission = admissionOf({ maximumRunning: 1 });
    const first = admission.ask(asked('a', 1000));
    const second = placesOf(admission.ask(asked('b', 1000, 30_000)));
    first.done(10, 1000);
    await expect(second).rejects.toMatchObject({ reason: 'OVERLOADED' });
  });

  it('forgets who does not wait any more', async () => {
    const admission = admissionOf({ maximumRunning: 1 });
    const first = admission.ask(asked('a'));
    const gone = new AbortController();
    const second = admission.ask(asked('b'));
    const waiting = (async () => {
      for await (const place of second.places(gone.signal)) expect(place).toBe(1);
    })();
    gone.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    second.end();
    first.end();
    expect(await placesOf(admission.ask(asked('c')))).toEqual([]);
  });
});
