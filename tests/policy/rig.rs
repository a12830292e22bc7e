//! The boundary as the face drives it: control words, log and list.

use robust_session_map::core::engine::Engine;
use robust_session_map::core::frame::Frame;
use robust_session_map::core::protocol::{NO_SLOT, OUT_WORDS, op, status, word};

pub const NONE: f64 = f64::INFINITY;
pub const OWN: f64 = f64::NAN;

pub struct Rig {
    pub engine: Engine,
    pub ctl: Vec<f64>,
    pub log: Vec<u32>,
    pub horizons: Vec<f64>,
    pub out: Vec<u32>,
    pub now: f64,
    pub armed: f64,
}

impl Rig {
    pub fn new(maps: usize) -> Self {
        Self {
            engine: Engine::default(),
            ctl: vec![0.0; word::WORDS],
            log: Vec::new(),
            horizons: vec![7.0; maps],
            out: vec![0; OUT_WORDS],
            now: 0.0,
            armed: f64::INFINITY,
        }
    }

    /// Makes a call with arguments from `A` on, and answers its status.
    pub fn call(&mut self, op: u32, map: f64, slot: f64, count: f64, args: &[f64]) -> u32 {
        self.try_call(op, map, slot, count, args).unwrap()
    }

    pub fn try_call(
        &mut self,
        op: u32,
        map: f64,
        slot: f64,
        count: f64,
        args: &[f64],
    ) -> Result<u32, String> {
        self.ctl[word::STATUS] = f64::from(op);
        self.ctl[word::MAP] = map;
        self.ctl[word::NOW] = self.now;
        self.ctl[word::LOG] = self.log.len() as f64;
        self.ctl[word::WAKE] = self.armed;
        self.ctl[word::SLOT] = slot;
        self.ctl[word::COUNT] = count;
        self.ctl[word::A..word::A + 7].fill(0.0);
        self.ctl[word::A..word::A + args.len()].copy_from_slice(args);
        let log = std::mem::take(&mut self.log);
        self.engine.call(&mut Frame {
            ctl: &mut self.ctl,
            log: &log,
            horizons: &mut self.horizons,
            out: &mut self.out,
        })?;
        Ok(self.ctl[word::STATUS] as u32)
    }

    pub fn create(&mut self, limits: [f64; 7]) -> f64 {
        assert_eq!(
            self.call(op::CREATE, -1.0, NO_SLOT, 0.0, &limits),
            status::DONE
        );
        self.ctl[word::MAP]
    }

    pub fn write(&mut self, map: f64, slot: f64, args: [f64; 3]) -> f64 {
        assert_eq!(self.call(op::WRITE, map, slot, 0.0, &args), status::DONE);
        self.ctl[word::SLOT]
    }

    pub fn store(&mut self, map: f64) -> f64 {
        self.write(map, NO_SLOT, [OWN, OWN, 0.0])
    }

    pub fn stat(&mut self, map: f64, which: usize) -> f64 {
        assert_eq!(self.call(op::STATS, map, NO_SLOT, 0.0, &[]), status::DONE);
        self.ctl[word::STATS + which]
    }

    /// What the last answer listed as gone.
    pub fn gone(&self) -> Vec<(u32, u32)> {
        let count = self.ctl[word::COUNT] as usize;
        let pair = |at: usize| (self.out[2 * at], self.out[2 * at + 1]);
        (0..count).map(pair).collect()
    }
}

/// `[ttl, max_age, max_size, hard_max, max_bytes, max_busy, asks]`
pub const PLAIN: [f64; 7] = [10.0, NONE, NONE, NONE, NONE, NONE, 0.0];

pub const ASKING: [f64; 7] = [10.0, NONE, NONE, NONE, NONE, 100.0, 1.0];
pub const BUSY: f64 = 1.0;
pub const IDLE: f64 = 0.0;

pub fn verdict(rig: &mut Rig, map: f64, slot: f64, busy: f64) -> u32 {
    rig.call(op::VERDICT, map, slot, 0.0, &[busy])
}

pub fn settle(rig: &mut Rig, map: f64, count: f64) -> u32 {
    rig.call(op::SETTLE, map, NO_SLOT, count, &[])
}

pub fn audit(rig: &mut Rig, map: f64) {
    assert_eq!(rig.call(op::AUDIT, map, NO_SLOT, 0.0, &[]), status::DONE);
}
