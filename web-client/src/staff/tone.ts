// A short tone when something new has come. A browser lets a page sound only after it was touched.

/** How loud at its loudest, of 1. */
const LOUD = 0.2;

/** The sound of one desk. */
export class Tone {
  #context: AudioContext | null = null;

  /** The person touched the page: from now on it may sound. */
  arm(): void {
    this.#context ??= new AudioContext();
  }

  /** Two short notes, the second higher; nothing before the first touch. */
  play(): void {
    const context = this.#context;
    if (context === null) return;
    const at = context.currentTime;
    this.#note(context, 660, at);
    this.#note(context, 880, at + 0.18);
  }

  /** Gives the device back. */
  stop(): void {
    void this.#context?.close();
    this.#context = null;
  }

  #note(context: AudioContext, hertz: number, at: number): void {
    const [voice, volume] = [context.createOscillator(), context.createGain()];
    voice.frequency.value = hertz;
    // A note that begins and ends at full volume clicks.
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(LOUD, at + 0.02);
    volume.gain.linearRampToValueAtTime(0, at + 0.16);
    voice.connect(volume).connect(context.destination);
    voice.start(at);
    voice.stop(at + 0.17);
  }
}
