// Machines that many people know, written anew as configurations of XState. After: the documentation and the examples of
// XState (MIT licence): light, word, payment, fetch, player, form, calculator, game; D. Harel, "Statecharts: a visual
// formalism" (1987): watch; RFC 793: connection; the others are textbook examples.

/** A configuration, as `createMachine` takes it, for each name. */
export const machines: Readonly<Record<string, object>> = {
  light: {
    id: 'light',
    initial: 'green',
    on: { POWER_OUTAGE: '.red', POWER_RESTORED: { target: '.red', actions: 'resetTimers' } },
    states: {
      green: { after: { 1000: 'yellow' }, entry: 'showGreen' },
      yellow: { after: { 1000: 'red' } },
      red: {
        initial: 'walk',
        after: { 3000: 'green' },
        states: {
          walk: { on: { PED_COUNTDOWN: 'wait' } },
          wait: { on: { PED_COUNTDOWN: 'stop' } },
          stop: { type: 'final' },
        },
        onDone: 'green',
      },
    },
  },
  word: {
    id: 'word',
    type: 'parallel',
    on: { RESET: { target: ['.bold.off', '.italics.off'], actions: 'clear' } },
    states: {
      bold: onOff('TOGGLE_BOLD'),
      underline: onOff('TOGGLE_UNDERLINE'),
      italics: onOff('TOGGLE_ITALICS'),
      list: {
        initial: 'none',
        states: {
          none: { on: { BULLETS: 'bullets', NUMBERS: 'numbers' } },
          bullets: { on: { NONE: 'none', NUMBERS: 'numbers' } },
          numbers: { on: { BULLETS: 'bullets', NONE: 'none' } },
        },
      },
    },
  },
  payment: {
    id: 'payment',
    initial: 'method',
    states: {
      method: {
        initial: 'cash',
        states: {
          cash: { on: { SWITCH_CHECK: 'check' } },
          check: { on: { SWITCH_CASH: 'cash' } },
          hist: { type: 'history' },
        },
        on: { NEXT: 'review' },
      },
      review: { on: { PREVIOUS: 'method.hist', SUBMIT: { target: 'paying', guard: 'isComplete' } } },
      paying: {
        invoke: {
          id: 'charge',
          src: 'chargeCard',
          onDone: { target: 'paid', actions: 'keepReceipt' },
          onError: [
            { target: 'review', guard: 'canRetry', actions: ['tellWhy', 'countAttempt'] },
            { target: 'refused' },
          ],
        },
      },
      refused: { type: 'final' },
      paid: { type: 'final' },
    },
  },
  fetch: {
    id: 'fetch',
    initial: 'idle',
    states: {
      idle: { on: { FETCH: 'loading' } },
      loading: {
        tags: ['busy', 'cancellable'],
        entry: ['clearError'],
        exit: 'stopSpinner',
        invoke: {
          src: 'fetchData',
          onDone: { target: 'success', actions: 'assignData' },
          onError: 'failure',
        },
        on: { CANCEL: 'idle', PROGRESS: { actions: 'showProgress' } },
        after: { timeout: { target: 'failure', actions: 'sayTimeout' } },
      },
      success: { on: { REFRESH: 'loading' } },
      failure: {
        after: { backoff: { target: 'loading', guard: 'fewAttempts' } },
        on: { RETRY: { target: 'loading', actions: 'count' }, GIVE_UP: 'gone' },
      },
      gone: { type: 'final' },
    },
  },
  player: {
    id: 'player',
    initial: 'loading',
    states: {
      loading: { on: { LOADED: 'ready', FAILED: 'broken' } },
      ready: {
        type: 'parallel',
        states: {
          playback: {
            initial: 'paused',
            states: {
              paused: { on: { PLAY: 'playing' } },
              playing: {
                initial: 'smooth',
                states: { smooth: { on: { STALL: 'buffering' } }, buffering: { on: { RESUME: 'smooth' } } },
                on: { PAUSE: 'paused', END: 'ended', SEEK: { target: 'playing', reenter: true } },
              },
              ended: { on: { PLAY: 'playing' } },
            },
          },
          volume: {
            initial: 'normal',
            states: {
              normal: { on: { MUTE: 'muted', LEVEL: { actions: 'setLevel' } } },
              muted: { on: { UNMUTE: 'normal' } },
            },
          },
          screen: {
            initial: 'window',
            states: { window: { on: { FULL: 'full' } }, full: { on: { ESCAPE: 'window' } } },
          },
        },
        on: { EJECT: 'loading', FAILED: 'broken' },
      },
      broken: { type: 'final' },
    },
  },
  form: {
    id: 'form',
    initial: 'filling',
    states: {
      filling: {
        initial: 'name',
        states: {
          name: { on: { NEXT: { target: 'address', guard: 'hasName' } }, description: 'Who it is for' },
          address: { on: { NEXT: { target: 'consent', guard: 'hasAddress' }, BACK: 'name' } },
          consent: { on: { NEXT: { target: '#form.sending', guard: 'agreed' }, BACK: 'address' } },
          where: { type: 'history', history: 'deep', target: 'name' },
        },
        on: { SAVE: { actions: 'saveDraft' }, LEAVE: 'left' },
      },
      left: { on: { RETURN: 'filling.where' }, after: { 86400000: 'discarded' } },
      sending: { invoke: { src: 'send', onDone: 'sent', onError: 'filling.where' } },
      sent: { type: 'final' },
      discarded: { type: 'final' },
    },
  },
  calculator: {
    id: 'calculator',
    initial: 'start',
    on: { CLEAR: { target: '.start', actions: 'reset' } },
    states: {
      start: { on: { ZERO: 'first.zero', DIGIT: 'first.whole', POINT: 'first.fraction', MINUS: 'negative' } },
      negative: {
        on: { ZERO: 'first.zero', DIGIT: 'first.whole', POINT: 'first.fraction', CLEAR_ENTRY: 'start' },
      },
      first: number('operator', true),
      operator: {
        on: {
          ZERO: 'second.zero',
          DIGIT: 'second.whole',
          POINT: 'second.fraction',
          MINUS: 'negativeSecond',
          OPERATOR: { actions: 'setOperator' },
        },
      },
      negativeSecond: { on: { ZERO: 'second.zero', DIGIT: 'second.whole', POINT: 'second.fraction' } },
      second: {
        ...number('operator', false),
        on: {
          EQUALS: [
            { target: 'alert', guard: 'dividesByZero' },
            { target: 'result', actions: 'compute' },
          ],
          OPERATOR: { target: 'operator', actions: ['compute', 'setOperator'] },
          CLEAR_ENTRY: 'operator',
        },
      },
      result: {
        on: { DIGIT: 'first.whole', OPERATOR: 'operator', PERCENT: { target: 'result', actions: 'percent' } },
      },
      alert: { on: { OK: 'operator' } },
    },
  },
  game: {
    id: 'game',
    initial: 'playing',
    states: {
      playing: {
        always: [
          { target: 'over.winner', guard: 'hasLine' },
          { target: 'over.draw', guard: 'isFull' },
        ],
        on: { PLAY: { target: 'playing', guard: 'isFree', actions: 'mark' } },
      },
      over: {
        initial: 'winner',
        states: { winner: { tags: 'winner', entry: 'cheer' }, draw: { tags: 'draw' } },
        on: { RESET: { target: 'playing', actions: 'clearBoard' } },
      },
    },
  },
  connection: {
    id: 'connection',
    initial: 'CLOSED',
    states: {
      CLOSED: { on: { PASSIVE_OPEN: 'LISTEN', ACTIVE_OPEN: { target: 'SYN_SENT', actions: 'sendSyn' } } },
      LISTEN: {
        on: {
          SYN: { target: 'SYN_RECEIVED', actions: 'sendSynAck' },
          SEND: { target: 'SYN_SENT', actions: 'sendSyn' },
          CLOSE: 'CLOSED',
        },
      },
      SYN_SENT: {
        on: {
          SYN_ACK: { target: 'ESTABLISHED', actions: 'sendAck' },
          SYN: { target: 'SYN_RECEIVED', actions: 'sendAck' },
          CLOSE: 'CLOSED',
        },
      },
      SYN_RECEIVED: {
        on: { ACK: 'ESTABLISHED', RST: 'LISTEN', CLOSE: { target: 'FIN_WAIT_1', actions: 'sendFin' } },
      },
      ESTABLISHED: {
        on: {
          CLOSE: { target: 'FIN_WAIT_1', actions: 'sendFin' },
          FIN: { target: 'CLOSE_WAIT', actions: 'sendAck' },
        },
      },
      FIN_WAIT_1: {
        on: {
          ACK: 'FIN_WAIT_2',
          FIN: { target: 'CLOSING', actions: 'sendAck' },
          FIN_ACK: { target: 'TIME_WAIT', actions: 'sendAck' },
        },
      },
      FIN_WAIT_2: { on: { FIN: { target: 'TIME_WAIT', actions: 'sendAck' } } },
      CLOSING: { on: { ACK: 'TIME_WAIT' } },
      TIME_WAIT: { after: { twoLifetimes: 'CLOSED' } },
      CLOSE_WAIT: { on: { CLOSE: { target: 'LAST_ACK', actions: 'sendFin' } } },
      LAST_ACK: { on: { ACK: 'CLOSED' } },
    },
  },
  elevator: {
    id: 'elevator',
    type: 'parallel',
    states: {
      cabin: {
        initial: 'standing',
        states: {
          standing: {
            on: {
              CALL: [
                { target: 'moving.up', guard: 'isAbove' },
                { target: 'moving.down', guard: 'isBelow' },
              ],
            },
          },
          moving: {
            initial: 'up',
            states: { up: { on: { TURN: 'down' } }, down: { on: { TURN: 'up' } } },
            on: { ARRIVED: 'standing', ALARM: 'stuck' },
            entry: 'startMotor',
            exit: 'stopMotor',
          },
          stuck: { on: { RELEASED: 'standing' } },
        },
      },
      door: {
        initial: 'closed',
        states: {
          closed: { on: { ARRIVED: 'opening' } },
          opening: { after: { 2000: 'open' } },
          open: { after: { 5000: 'closing' }, on: { HOLD: { target: 'open', reenter: true } } },
          closing: { after: { 2000: 'closed' }, on: { OBSTACLE: 'opening' } },
        },
      },
      light: onOff('SWITCH'),
    },
  },
  toggle: { id: 'toggle', ...onOff('TOGGLE') },
  watch: {
    id: 'watch',
    type: 'parallel',
    states: {
      main: {
        initial: 'displays',
        states: {
          displays: {
            initial: 'regular',
            on: { T_HITS_ALARM: 'beeping' },
            states: {
              regular: {
                initial: 'time',
                states: {
                  time: { on: { D: 'date', A: '#watch.main.displays.wait' } },
                  date: { on: { D: 'time' }, after: { 120000: 'time' } },
                  update: {
                    initial: 'second',
                    states: {
                      second: { on: { C: 'minute', D: { actions: 'nextSecond' } } },
                      minute: { on: { C: 'tens', D: { actions: 'nextMinute' } } },
                      tens: { on: { C: 'hour', D: { actions: 'nextTens' } } },
                      hour: { on: { C: 'month', D: { actions: 'nextHour' } } },
                      month: { on: { C: 'day', D: { actions: 'nextMonth' } } },
                      day: { on: { C: 'year', D: { actions: 'nextDay' } } },
                      year: { on: { C: '#watch.main.displays.regular.time', D: { actions: 'nextYear' } } },
                    },
                    on: { B: 'time' },
                  },
                },
                on: { C: '.update' },
              },
              wait: { after: { 2000: 'out' }, on: { A_UP: 'regular' } },
              out: {
                initial: 'alarm1',
                states: {
                  alarm1: { initial: 'off', ...alarm('alarm2') },
                  alarm2: { initial: 'off', ...alarm('chime') },
                  chime: {
                    initial: 'off',
                    states: { off: { on: { D: 'on' } }, on: { on: { D: 'off' } } },
                    on: { A: '#watch.main.displays.stopwatch' },
                  },
                  last: { type: 'history', history: 'deep' },
                },
                after: { 120000: 'regular' },
              },
              stopwatch: {
                initial: 'zero',
                states: {
                  zero: { on: { B: 'running' } },
                  running: {
                    type: 'parallel',
                    states: {
                      display: {
                        initial: 'regular',
                        states: { regular: { on: { D: 'lap' } }, lap: { on: { D: 'regular' } } },
                      },
                      run: { initial: 'on', states: { on: { on: { B: 'off' } }, off: { on: { B: 'on' } } } },
                    },
                    on: { D_LONG: 'zero' },
                  },
                  hist: { type: 'history', history: 'deep' },
                },
                on: { A: 'regular' },
              },
              back: { type: 'history', history: 'deep' },
            },
          },
          beeping: { on: { ANY: 'displays.back' }, after: { 30000: 'displays.back' }, entry: 'beep' },
        },
      },
      light: onOff('B'),
      power: {
        initial: 'fine',
        states: {
          fine: { on: { WEAKENS: 'blinking' } },
          blinking: { on: { INSERTED: 'fine', DIES: 'dead' } },
          dead: { type: 'final' },
        },
      },
      chime: {
        initial: 'disabled',
        states: {
          disabled: { on: { ENABLE: 'enabled' } },
          enabled: {
            initial: 'quiet',
            states: { quiet: { on: { WHOLE_HOUR: 'beep' } }, beep: { after: { 2000: 'quiet' } } },
            on: { DISABLE: 'disabled' },
          },
        },
      },
    },
  },
}

function onOff(event: string) {
  return { initial: 'off', states: { off: { on: { [event]: 'on' } }, on: { on: { [event]: 'off' } } } }
}

function number(next: string, whole: boolean) {
  return {
    initial: 'zero',
    states: {
      zero: { on: { DIGIT: { target: 'whole', actions: 'store' }, POINT: 'fraction' } },
      whole: { on: { ZERO: { actions: 'append' }, DIGIT: { actions: 'append' }, POINT: 'fraction' } },
      fraction: { on: { ZERO: { actions: 'append' }, DIGIT: { actions: 'append' } } },
    },
    ...(whole ? { on: { OPERATOR: { target: next, actions: 'setOperator' }, CLEAR_ENTRY: 'start' } } : {}),
  }
}

function alarm(next: string) {
  return {
    states: {
      off: { on: { D: 'on' } },
      on: { on: { D: 'off' } },
      set: {
        initial: 'hour',
        states: { hour: { on: { C: 'tens' } }, tens: { on: { C: 'minute' } }, minute: {} },
        on: { B: 'off' },
      },
    },
    on: { A: next, C: '.set' },
  }
}
