/** A clock whose timers the test fires by hand, and whose time callbacks may move. */
export class HandClock {
  time = 0;
  timers = [];
  delays = [];

  now() {
    return this.time;
  }

  setTimer(fn, ms) {
    const timer = { fn, at: this.time + ms };
    this.timers.push(timer);
    this.delays.push(ms);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Fires the next timer, whatever the time is. */
  fire() {
    this.timers.sort((a, b) => a.at - b.at).shift().fn();
  }
}
