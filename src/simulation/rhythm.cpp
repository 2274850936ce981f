#include <algorithm>
#include <utility>

#include "simulation/patient_model.h"

// Times are of QRS onsets. `next_` is the beat that the dominant pacemaker (sinus node, fibrillating atria or
// device) would conduct next; ectopic beats come before it and then say what becomes of it. Intervals follow
// Surawicz and Knilans, Chou's Electrocardiography in Clinical Practice, 6th ed. 2008, unless said otherwise.
namespace beatbench::simdb {
namespace {

constexpr double kWenckebachStep_s = 0.05;    // growth of the PR interval from beat to beat
constexpr double kShortestCoupling_s = 0.34;  // ventricular refractoriness: hardly a beat comes earlier

class Planner {
 public:
  Planner(const Patient& patient, double duration_s, std::uint64_t seed)
      : patient_(patient), diagnosis_(*patient.diagnosis), duration_s_(duration_s), random_(seed) {}

  RhythmPlan plan() {
    place_spells();
    conduction_ = usual_conduction();
    mean_rr_s_ = patient_.rate.mean_rr_s;
    last_s_ = -random_.uniform(0.0, 0.6);
    next_s_ = last_s_ + mean_rr_s_;
    while (last_s_ < duration_s_) step();
    return std::move(plan_);
  }

 private:
  void step() {
    update_atria();
    update_conduction();
    update_pattern();
    if (flutter_due()) return ventricular_flutter();
    if (dropped()) return;
    if (previous_conducted_ && ectopic()) return;
    conducted();
  }

  /// Lets an ectopic beat come before the conducted one, or makes that one wait. False: neither.
  bool ectopic() {
    const Diagnosis& d = diagnosis_;
    if (pattern_due() || random_.chance(d.pvc)) return premature_ventricular();
    if (fibrillating_ || fluttering_ || conduction_ == Conduction::paced) return false;
    if (random_.chance(d.apc) || (atrial_pattern_left_ > 0 && random_.chance(0.9))) return premature_atrial('A');
    if (random_.chance(d.junctional)) return premature_atrial('J');
    if (random_.chance(d.supraventricular)) return premature_atrial('S');
    if (random_.chance(d.blocked)) return blocked_atrial();
    if (random_.chance(d.ventricular_escape))
      return escape('E', random_.uniform(1.25, 1.6), 1.3, 6);  // 30 to 50 a minute
    if (random_.chance(d.junctional_escape)) {
      const int most = random_.chance(d.nodal_rhythm) ? 30 : 3;
      return escape('j', random_.uniform(1.05, 1.4), 1.25, most);  // 40 to 60
    }
    if (random_.chance(d.atrial_escape)) return escape('e', random_.uniform(1.0, 1.3), 1.2, 2);
    return false;
  }

  // ---- what the beats are made of

  Conduction usual_conduction() const {
    return diagnosis_.rhythm == Rhythm::paced ? Conduction::paced : diagnosis_.conduction;
  }

  char conducted_symbol() const {
    switch (conduction_) {
      case Conduction::normal:
        return 'N';
      case Conduction::left_block:
        return 'L';
      case Conduction::right_block:
        return 'R';
      case Conduction::paced:
        return '/';
    }
    return 'N';
  }

  std::string_view base_aux() const {
    if (conduction_ == Conduction::paced) return "(P";
    return fibrillating_ ? "(AFIB" : fluttering_ ? "(AFL" : group_ > 0 ? "(BII" : "(N";
  }

  void set_rhythm(std::string_view aux, double before_s) {
    if (aux == rhythm_aux_) return;
    rhythm_aux_ = aux;
    plan_.marks.push_back({std::max(0.02, before_s - 0.15), aux});
  }

  PlannedBeat& add(char symbol, double onset_s, AtrialWave atrial) {
    PlannedBeat beat;
    beat.symbol = symbol;
    beat.onset_s = onset_s;
    beat.repolarisation_rr_s = mean_rr_s_;
    beat.atrial = atrial;
    beat.pr_s = patient_.pr_s;
    beat.conduction = conduction_;
    // From one beat to the next the height changes by 3 % (N) and 12 % (V) in DS1's recordings, median: an ectopic beat
    // leaves its focus by different ways.
    const bool ectopic = symbol == 'V';
    beat.gain = random_.normal(1.0, ectopic ? 0.09 : 0.02);
    beat.turn_rad = random_.normal(0.0, ectopic ? 0.12 : 0.02);
    plan_.beats.push_back(beat);
    constexpr double memory = 0.15;  // QT follows the rate over several beats, not at once
    mean_rr_s_ += memory * (std::clamp(onset_s - last_s_, 0.35, 1.6) - mean_rr_s_);
    last_s_ = onset_s;
    previous_conducted_ = false;
    return plan_.beats.back();
  }

  // ---- the dominant pacemaker

  double sinus_interval(double mean_s, double t_s) {
    const HeartRate& rate = patient_.rate;
    const double turn = 2.0 * std::numbers::pi * t_s;
    double change = rate.respiratory * std::sin(patient_.respiration.phase(t_s)) +
                    rate.mayer * std::sin(turn * rate.mayer_hz + rate.mayer_phase_rad) +
                    random_.normal(0.0, rate.beat_noise);
    for (std::size_t i = 0; i < rate.drift.size(); ++i) {
      change += rate.drift[i] * std::sin(turn * rate.drift_hz[i] + rate.drift_phase_rad[i]);
    }
    return mean_s * (1.0 + change);
  }

  double interval() {
    const double mean_s = patient_.rate.mean_rr_s;
    // mitdb's four pacemakers follow the atria or the need: their RR changes by 2 to 3 % from beat to beat.
    if (conduction_ == Conduction::paced) return sinus_interval(mean_s, next_s_);
    // Fibrillating atria: no order from one interval to the next, coefficient of variation about 0.2 (Hayano 1997);
    // less in the fastest spells, as the AV node conducts nothing sooner than 0.36 s.
    if (fibrillating_) {
      const bool always = diagnosis_.rhythm == Rhythm::fibrillation;
      return std::max(0.36, (always ? mean_s : patient_.fibrillation_rr_s) * random_.log_normal(0.97, 0.2));
    }
    if (fluttering_) {  // each second, third or fourth wave is conducted
      const double waves = std::round(mean_s * patient_.atrial_flutter_hz + random_.normal(0.0, 0.5));
      return std::clamp(waves, 2.0, 5.0) / patient_.atrial_flutter_hz;
    }
    // A pacemaker on demand is silent while the sinus node is a little faster.
    return sinus_interval(diagnosis_.rhythm == Rhythm::paced ? 0.93 * mean_s : mean_s, next_s_);
  }

  void conducted() {
    set_rhythm(pattern_left_ > 0 ? pattern_aux() : base_aux(), next_s_);
    char symbol = conducted_symbol();
    double blend = 0, onset_s = next_s_;
    const bool paced = conduction_ == Conduction::paced;
    if (diagnosis_.rhythm == Rhythm::paced ? paced && random_.chance(diagnosis_.fusion)
                                           : !fibrillating_ && random_.chance(diagnosis_.fusion)) {
      symbol = paced ? 'f' : 'F';
      blend = paced ? random_.uniform(0.35, 0.8) : random_.uniform(0.3, 0.7);
      if (!paced) onset_s -= random_.uniform(0.0, 0.05);  // the ectopic focus fires as the sinus beat arrives
    } else if (random_.chance(diagnosis_.unclassifiable)) {
      symbol = 'Q';
      blend = paced ? random_.uniform(0.2, 0.8) : 0.0;
    } else if (fibrillating_ && conduction_ == Conduction::normal && onset_s - last_s_ < 0.75 * mean_rr_s_ &&
               random_.chance(diagnosis_.aberrant)) {
      symbol = 'a';
    }
    const AtrialWave atrial =
        fibrillating_ || fluttering_ || (paced && !patient_.atrial_tracking) ? AtrialWave::none : AtrialWave::sinus;
    const double late_s = std::exchange(pr_growth_s_, 0.0) + (group_ > 2 ? kWenckebachStep_s * (in_group_ - 1) : 0.0);
    PlannedBeat& beat = add(symbol, onset_s + late_s, atrial);
    beat.blend = blend;
    beat.pr_s += late_s;
    if (symbol == 'F') {
      beat.delay_s = next_s_ - onset_s;
      beat.pr_s -= beat.delay_s;
    }
    if (symbol == 'Q') beat.gain *= random_.uniform(0.5, 1.4);
    previous_conducted_ = true;
    --pattern_left_;
    --atrial_pattern_left_;
    ++since_ventricular_;
    next_s_ = (fibrillating_ || fluttering_ || paced ? last_s_ : next_s_) + interval();
  }

  /// Second-degree AV block: the last P wave of each group is not conducted; in groups of three and more the PR
  /// interval grows before it (Wenckebach).
  bool dropped() {
    if (group_ == 0 || fibrillating_ || fluttering_ || ++in_group_ < group_) return false;
    in_group_ = 0;
    add_lone_p('p', AtrialWave::sinus, next_s_ - patient_.pr_s);
    next_s_ += interval();
    return true;
  }

  void add_lone_p(char symbol, AtrialWave wave, double onset_s) {
    PlannedBeat beat;
    beat.symbol = symbol;
    beat.onset_s = onset_s;
    beat.atrial = wave;
    beat.pr_s = 0;
    plan_.beats.push_back(beat);
  }

  // ---- ventricular ectopic beats

  int draw_focus() { return random_.chance(0.7) ? 0 : random_.integer(0, static_cast<int>(patient_.foci.size()) - 1); }

  bool premature_ventricular() {
    const int focus = draw_focus();
    const double expected_s = next_s_ - last_s_;
    const double reference_s = fibrillating_ ? mean_rr_s_ : std::min(expected_s, 1.2 * mean_rr_s_);
    const double coupling = patient_.foci[static_cast<std::size_t>(focus)].coupling * random_.normal(1.0, 0.05);
    const double coupling_s = std::max(kShortestCoupling_s, coupling * reference_s);
    if (coupling_s > 0.87 * expected_s) return false;  // too late to be premature
    const int run = random_.chance(diagnosis_.ventricular_run) ? random_.integer(3, 11)
                    : random_.chance(diagnosis_.couplet)       ? 1
                                                               : 0;
    if (run >= 2) set_rhythm("(VT", last_s_ + coupling_s);
    add('V', last_s_ + coupling_s, AtrialWave::none).focus = focus;
    // A couplet's second beat comes as early as the first; tachycardia runs at 130 to 180 a minute.
    const double run_s =
        run >= 2 ? random_.uniform(0.33, 0.46) : std::max(0.36, random_.uniform(0.5, 0.65) * mean_rr_s_);
    for (int i = 0; i < run; ++i) {  // 8 % from beat to beat, as DS1's runs have it
      add('V', last_s_ + run_s * std::clamp(random_.normal(1.0, 0.09), 0.85, 1.2), AtrialWave::none).focus = focus;
    }
    since_ventricular_ = 0;
    const bool fits_between = run == 0 && !fibrillating_ && !fluttering_ && next_s_ > last_s_ + 0.40;
    if (fits_between && random_.chance(diagnosis_.interpolated)) {
      pr_growth_s_ = random_.uniform(0.03, 0.09);  // the node is still tired: the next beat conducts more slowly
    } else {
      resume_after_ventricular();
    }
    return true;
  }

  /// The sinus node is not reset: its beat that meets refractory tissue is lost and the one after is on time, so
  /// that the pause is fully compensatory. A pacemaker senses the beat and starts its interval anew.
  void resume_after_ventricular() {
    if (conduction_ == Conduction::paced) {
      next_s_ = last_s_ + interval();
    } else if (fibrillating_ || fluttering_) {
      next_s_ = last_s_ + 1.15 * interval();  // concealed conduction into the node delays the next beat
    } else {
      do {
        next_s_ += interval();
      } while (next_s_ < last_s_ + 0.62 * patient_.rate.mean_rr_s);
    }
  }

  /// 180 to 300 waves a minute, begun by a ventricular beat on the T wave before.
  void ventricular_flutter() {
    flutter_starts_.pop_back();
    const int focus = draw_focus();
    add('V', last_s_ + std::max(kShortestCoupling_s, 0.5 * mean_rr_s_), AtrialWave::none).focus = focus;
    const double kept_mean_rr_s = mean_rr_s_;
    const double period_s = random_.uniform(0.22, 0.31);
    const double end_s = last_s_ + std::min(random_.uniform(8.0, 32.0), 0.1 * duration_s_);
    const double swell_hz = random_.uniform(0.08, 0.3);
    set_rhythm("(VFL", last_s_ + 0.57);
    add('[', last_s_ + 0.42, AtrialWave::none);  // when its T wave has passed its top
    double next_s = last_s_ + 0.6 * period_s;
    while (next_s < end_s) {
      PlannedBeat& wave = add('!', next_s, AtrialWave::none);
      wave.period_s = period_s;
      const double swell = 0.35 * std::sin(2.0 * std::numbers::pi * swell_hz * next_s);
      wave.gain = std::max(0.4, 0.9 + swell + random_.normal(0, 0.25));
      wave.blend = random_.uniform(-0.2, 0.7);
      next_s += period_s * std::clamp(random_.normal(1.0, 0.09), 0.78, 1.22);
    }
    add(']', last_s_ + 0.6 * period_s, AtrialWave::none);
    mean_rr_s_ = kept_mean_rr_s;
    next_s_ = last_s_ + random_.uniform(0.9, 1.6);
  }

  // ---- supraventricular ectopic beats

  /// The sinus node is reset by the early beat: the pause is less than compensatory.
  bool premature_atrial(char symbol) {
    const double expected_s = std::min(next_s_ - last_s_, 1.2 * mean_rr_s_);
    const double usual = symbol == 'J' ? 0.84 : patient_.atrial_coupling;  // mitdb's J are the latest of these
    const double coupling = std::clamp(random_.normal(usual, 0.06), 0.36, 0.90);
    const bool early = coupling < 0.62;
    if (symbol == 'A' && early && conduction_ == Conduction::normal && random_.chance(diagnosis_.aberrant))
      symbol = 'a';
    add_supraventricular(symbol, last_s_ + std::max(0.30, coupling * expected_s));
    if (symbol == 'A' && random_.chance(diagnosis_.atrial_run)) atrial_run();
    if (diagnosis_.atrial_group > 1) return atrial_group(coupling * expected_s);
    const double interval_s = interval();
    next_s_ = last_s_ + interval_s * random_.uniform(1.0, 1.12);
    return true;
  }

  /// A sick sinus node: atrial beats follow one another until it is back, at times after a pause. Numbers chosen.
  bool atrial_group(double coupling_s) {
    const double group_s = std::clamp(coupling_s * random_.uniform(0.95, 1.2), 0.45, 0.9 * patient_.rate.mean_rr_s);
    for (int i = random_.integer(1, diagnosis_.atrial_group); i > 1; --i)
      add_supraventricular('A', last_s_ + group_s * random_.normal(1.0, 0.05));
    const bool paused = random_.chance(diagnosis_.sinus_pause);
    const double interval_s = interval();
    next_s_ = last_s_ + interval_s * (paused ? random_.uniform(1.2, 2.5) : random_.uniform(1.0, 1.12));
    return true;
  }

  void add_supraventricular(char symbol, double onset_s) {
    if (symbol == 'J' || symbol == 'j') {
      // The atria are reached backwards: P within the QRS (unseen) or just after it.
      const bool seen = random_.chance(0.5);
      const double rp_s = random_.uniform(0.06, 0.11);
      add(symbol, onset_s, seen ? AtrialWave::retrograde : AtrialWave::none).pr_s = -rp_s;
    } else if (symbol == 'S') {
      add(symbol, onset_s, AtrialWave::none);
    } else {
      const double pr_s = patient_.pr_s * random_.uniform(0.85, 1.15);
      add(symbol, onset_s, AtrialWave::ectopic).pr_s = pr_s;
    }
  }

  void atrial_run() {  // 130 to 165 a minute
    const double run_s = std::max(0.36, std::min(random_.uniform(0.36, 0.46), 0.75 * mean_rr_s_));
    set_rhythm("(SVTA", last_s_);
    for (int i = random_.integer(3, 14); i > 0; --i)
      add_supraventricular('A', last_s_ + run_s * random_.normal(1.0, 0.03));
  }

  bool blocked_atrial() {
    const double onset_s = last_s_ + std::max(0.30, random_.uniform(0.38, 0.5) * (next_s_ - last_s_));
    add_lone_p('x', AtrialWave::ectopic, onset_s);
    next_s_ = onset_s + patient_.pr_s + interval();
    previous_conducted_ = false;
    return true;
  }

  /// The sinus node falls silent and a slower pacemaker takes over for up to `most` beats.
  bool escape(char symbol, double interval_s, double least_ratio, int most) {
    const double wait_s = std::max(interval_s, least_ratio * mean_rr_s_);
    const int count = random_.integer(most > 10 ? 10 : 1, most);
    if (count >= 3) set_rhythm(symbol == 'E' ? "(IVR" : "(NOD", last_s_ + wait_s);
    for (int i = 0; i < count; ++i) {
      const double onset_s = last_s_ + wait_s * random_.normal(1.0, 0.02);
      if (symbol == 'E')
        add(symbol, onset_s, AtrialWave::none);
      else
        add_supraventricular(symbol, onset_s);
    }
    const double first_s = interval();
    next_s_ = last_s_ + std::max(0.75, first_s * random_.uniform(0.9, 1.1));
    return true;
  }

  // ---- what comes and goes

  void place_spells() {
    const auto spell_start = [&](int i, int count) { return (i + random_.uniform(0.25, 0.6)) / count * duration_s_; };
    for (int i = diagnosis_.flutter_spells - 1; i >= 0; --i) {
      flutter_starts_.push_back(spell_start(i, diagnosis_.flutter_spells));  // last first
    }
    if (diagnosis_.rhythm == Rhythm::fibrillation) plan_.fibrillation.push_back({-1.0, duration_s_ + 5.0});
    const int fibrillation = diagnosis_.fibrillation_spells;
    const int spells = fibrillation + diagnosis_.atrial_flutter_spells;  // those of flutter come last
    for (int i = 0; i < spells; ++i) {
      const double begin_s = spell_start(i, spells);
      const Span span = {begin_s, begin_s + random_.uniform(0.15, 0.35) / spells * duration_s_};
      (i < fibrillation ? plan_.fibrillation : plan_.flutter).push_back(span);
    }
  }

  bool flutter_due() const { return !flutter_starts_.empty() && next_s_ >= flutter_starts_.back(); }

  void update_atria() {
    const auto now = [&](const Span& span) { return span.contains(next_s_); };
    fibrillating_ = std::ranges::any_of(plan_.fibrillation, now);
    fluttering_ = std::ranges::any_of(plan_.flutter, now);
  }

  /// A state held for `share` of the time, in spells of `length` beats on the mean: the chance to enter it.
  static double entry_chance(double share, double length) {
    return share >= 1.0 ? 1.0 : share / ((1.0 - share) * length);
  }

  void update_conduction() {
    constexpr double blocked_beats = 40;
    if (diagnosis_.second_degree > 0) {
      const double change = group_ == 0 ? entry_chance(diagnosis_.second_degree, blocked_beats) : 1.0 / blocked_beats;
      if (random_.chance(change)) {
        group_ = group_ > 0 ? 0 : random_.chance(0.6) ? 2 : random_.integer(3, 5);
        in_group_ = 0;
      }
    }
    if (diagnosis_.intermittent <= 0) return;
    constexpr double length_beats = 50;
    const bool usual = conduction_ == usual_conduction();
    const double change = usual ? entry_chance(diagnosis_.intermittent, length_beats) : 1.0 / length_beats;
    if (random_.chance(change)) conduction_ = usual ? Conduction::normal : usual_conduction();
  }

  void update_pattern() {
    // Counted in conducted beats, of which a spell has 30 on the mean.
    if (pattern_left_ <= 0 && random_.chance(entry_chance(diagnosis_.bigeminy, 30.0))) {
      pattern_left_ = random_.integer(8, 52);
      pattern_normals_ = random_.chance(0.6) ? 1 : 2;
    }
    if (atrial_pattern_left_ <= 0 && random_.chance(entry_chance(diagnosis_.atrial_bigeminy, 30.0))) {
      atrial_pattern_left_ = random_.integer(8, 52);
    }
  }

  bool pattern_due() const { return pattern_left_ > 0 && since_ventricular_ >= pattern_normals_; }
  std::string_view pattern_aux() const { return pattern_normals_ == 1 ? "(B" : "(T"; }

  const Patient& patient_;
  const Diagnosis& diagnosis_;
  double duration_s_;
  Random random_;
  RhythmPlan plan_;
  double last_s_ = 0, next_s_ = 0, mean_rr_s_ = 0.8;
  Conduction conduction_ = Conduction::normal;
  bool fibrillating_ = false, fluttering_ = false;
  int group_ = 0, in_group_ = 0;  // P waves of which one is dropped, in second-degree AV block; 0: all conduct
  double pr_growth_s_ = 0;        // of the next conducted beat
  bool previous_conducted_ = false;
  int pattern_left_ = 0, pattern_normals_ = 1, since_ventricular_ = 0, atrial_pattern_left_ = 0;
  std::string_view rhythm_aux_;
  std::vector<double> flutter_starts_;
};

}  // namespace

RhythmPlan plan_rhythm(const Patient& patient, double duration_s, std::uint64_t seed) {
  return Planner(patient, duration_s, seed).plan();
}

}  // namespace beatbench::simdb
