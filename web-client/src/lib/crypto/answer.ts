// What stands on a worker's side: one answer for each question, in the order of asking.

/** A question as it is posted to a worker. */
export interface Question<T> {
  readonly id: number;
  readonly ask: T;
}

/** A worker's answer; without a result the question failed. */
export interface Answer<T> {
  readonly id: number;
  readonly result?: T;
}

/** Answers every question that this worker is sent. */
export function answerWith<Q, A>(work: (ask: Q) => Promise<A>): void {
  self.addEventListener("message", ({ data }: MessageEvent<Question<Q>>) => {
    const answer = (message: Answer<A>): void => {
      self.postMessage(message);
    };
    work(data.ask).then(
      (result) => {
        answer({ id: data.id, result });
      },
      () => {
        // The reason stays here: it could name what was typed.
        answer({ id: data.id });
      },
    );
  });
}
