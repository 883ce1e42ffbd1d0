/** Why a signal was aborted, as an error to throw. */
export function abortError({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('Aborted.', { cause: reason });
}
