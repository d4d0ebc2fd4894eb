/* The answers of an attempt in this browser: each is written here first and kept until the receipt has come.
   A row is waiting, saved (the server has said so), late (kept there for review) or refused. Epoch 0 means that no
   number has been given yet, because this window has not become the writer of the attempt so far. */
(() => {
  const MOST_IN_ONE_CALL = 50;

  const open = () => new Promise((resolve, reject) => {
    const asked = indexedDB.open('kijun-answers', 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore('events', { keyPath: ['attempt', 'epoch', 'seq'] }).createIndex('attempt', 'attempt');
      asked.result.createObjectStore('marks', { keyPath: ['attempt', 'position'] }).createIndex('attempt', 'attempt');
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = asked.onblocked = () => reject(asked.error);
  });

  /* A request is answered for when its whole transaction is on the disk. */
  const inOne = (db, mode, work) => new Promise((resolve, reject) => {
    const whole = db.transaction(['events', 'marks'], mode, { durability: 'strict' });
    const given = work(whole.objectStore('events'), whole.objectStore('marks'));
    whole.oncomplete = () => resolve(given?.result);
    whole.onerror = whole.onabort = () => reject(whole.error);
  });

  const byStamp = (one, other) => one.epoch - other.epoch || one.seq - other.seq;
  const isNewer = (one, other) => ((one.epoch || 1e9) - (other.epoch || 1e9)) || one.seq - other.seq; // no number yet: the newest of all

  class Answers {
    constructor(db, attempt, post) {
      Object.assign(this, { db, attempt, post, epoch: 0, seq: 0, lastTime: 0, most: MOST_IN_ONE_CALL });
    }

    read = (store) => inOne(this.db, 'readonly', (events, marks) => ({ events, marks })[store].index('attempt').getAll(this.attempt));
    rows = async () => (await this.read('events')).sort(byStamp);
    waiting = async () => (await this.rows()).filter((row) => row.state === 'waiting');

    /* What stands at a position by what this browser knows and the server does not: none when the server has it all. */
    ownAt = async (position) => (await this.waiting()).filter((row) => row.position === position).sort((one, other) => isNewer(other, one))[0];

    /* The number is given inside the transaction: they follow one another, so a later answer has a later number. */
    add = (position, locale, payload) => inOne(this.db, 'readwrite', (events) => {
      events.count().onsuccess = () => {
        this.lastTime = Math.max(Date.now(), this.lastTime + 1);
        const stamp = this.epoch ? { epoch: this.epoch, seq: ++this.seq } : { epoch: 0, seq: this.lastTime };
        events.add({ attempt: this.attempt, ...stamp, position, locale, payload, state: 'waiting' });
      };
    });

    mark = (position, mark) => inOne(this.db, 'readwrite', (_events, marks) => {
      const known = marks.get([this.attempt, position]);
      known.onsuccess = () => marks.put({ ...known.result, attempt: this.attempt, position, ...mark, n: (known.result?.n ?? 0) + 1, isNew: true });
    });

    /* This window is the writer from now on. What has no number yet gets one of its own epoch, in the order in which it
       was chosen; after a mix-up of numbers (``isAnew``) everything that waits does. */
    become = (epoch, { isAnew = false, after = 0 } = {}) => inOne(this.db, 'readwrite', (events) => {
      events.index('attempt').getAll(this.attempt).onsuccess = ({ target: { result: known } }) => {
        const renumbered = known.filter((row) => row.state === 'waiting' && (isAnew || row.epoch === 0)).sort(isNewer);
        this.epoch = epoch;
        this.seq = after;
        for (const row of renumbered) {
          events.delete([row.attempt, row.epoch, row.seq]);
          events.add({ ...row, epoch, seq: ++this.seq });
        }
      };
    });
    hasUnnumbered = async () => (await this.waiting()).some((row) => row.epoch === 0);

    settle = (rows, state) => inOne(this.db, 'readwrite', (events) => { for (const row of rows) events.put({ ...row, state }); });

    /* These marks have arrived, unless something else has been marked at their places meanwhile. */
    tick = (sent) => inOne(this.db, 'readwrite', (_events, marks) => {
      for (const mark of sent) {
        const known = marks.get([mark.attempt, mark.position]);
        known.onsuccess = () => { if (known.result?.n === mark.n) marks.put({ ...mark, isNew: false }); };
      }
    });

    /* One call with the oldest that waits. What is not said to be taken stays. */
    sendNext = async () => {
      const waiting = (await this.waiting()).filter((row) => row.epoch > 0);
      const marks = (await this.read('marks')).filter((mark) => mark.isNew);
      if (!waiting.length) this.most = MOST_IN_ONE_CALL;
      if (!waiting.length && !marks.length) return { outcome: 'clear' };
      const epoch = waiting[0]?.epoch ?? this.epoch;
      const part = waiting.filter((row) => row.epoch === epoch).slice(0, this.most);
      const answer = await this.post('events', {
        epoch,
        events: part.map(({ seq, position, locale, payload }) => ({ seq, position, locale, payload })),
        shown: marks.filter((mark) => mark.shown).map((mark) => mark.position),
        flagged: Object.fromEntries(marks.filter((mark) => mark.flagged !== undefined).map((mark) => [mark.position, mark.flagged])),
      });
      const body = await answer.json().catch(() => ({}));
      const has = (list, row) => (list ?? []).some(([of, seq]) => of === row.epoch && seq === row.seq);
      if (answer.ok || body.error === 'answer.superseded') {
        await this.settle(part.filter((row) => has(body.acked, row)), 'saved');
        await this.settle(part.filter((row) => has(body.quarantined, row)), 'late');
        await this.tick(marks);
      }
      if (answer.ok) return { outcome: answer.status === 202 ? 'late' : 'sent', body };
      if (body.error === 'answer.superseded') return { outcome: epoch === this.epoch ? 'superseded' : 'sent', body };
      if (answer.status === 422 && part.length > 1) { this.most = 1; return { outcome: 'sent' }; } // one by one, to find which it is
      if (body.error === 'answer.conflict') return { outcome: 'conflict' };
      if (answer.status === 422) { await this.settle(part, 'refused'); return { outcome: 'refused', body }; }
      return { outcome: { 400: 'signed-out', 401: 'signed-out', 403: 'foreign', 404: 'foreign', 409: 'held' }[answer.status] ?? 'again', body };
    };

    manifest = async () => (await this.rows()).filter((row) => row.epoch > 0 && (row.state === 'waiting' || row.state === 'saved')).map((row) => [row.epoch, row.seq]);

    /* The server lacks these although it once took them, or they never left: they wait again. */
    sendAgain = async (stamps) => {
      const lacking = (await this.rows()).filter((row) => stamps.some(([epoch, seq]) => epoch === row.epoch && seq === row.seq));
      await this.settle(lacking, 'waiting');
      return lacking.length;
    };

    /* The receipt covers what this browser holds: then nothing of the attempt stays here. */
    isCoveredBy = async (answers) => {
      const counted = new Map(answers.map((answer) => [answer.position, answer]));
      return (await this.rows()).filter((row) => row.state === 'saved').every((row) => {
        const answer = counted.get(row.position);
        return answer !== undefined && byStamp(answer, row) >= 0;
      });
    };

    forget = async () => {
      const [rows, marks] = [await this.rows(), await this.read('marks')];
      await inOne(this.db, 'readwrite', (events, store) => {
        for (const row of rows) events.delete([row.attempt, row.epoch, row.seq]);
        for (const mark of marks) store.delete([mark.attempt, mark.position]);
      });
    };

    /* One sender at a time, whatever windows of this browser are open. */
    alone = (work) => {
      if (navigator.locks) return navigator.locks.request(`kijun-${this.attempt}`, work);
      this.before = (this.before ?? Promise.resolve()).then(work, work); // without TLS there are no locks: one at a time here
      return this.before;
    };
  }

  window.openAnswers = async (attempt, post) => new Answers(await open(), attempt, post);
})();
