#include <algorithm>

#include "simulation/patient_model.h"

namespace beatbench::simdb {
namespace {

constexpr Conduction left = Conduction::left_block;
constexpr Conduction right = Conduction::right_block;
constexpr Rhythm fibrillating = Rhythm::fibrillation;

// How often each disorder occurs follows the concentration of the MIT-BIH Arrhythmia Database (Moody and Mark 2001,
// IEEE Eng Med Biol 20:45): most patients have few ectopic beats and some have hundreds; four have left and six
// right bundle-branch block, four a pacemaker. What mitdb has in one patient only (flutter, ventricular escape) is
// given to four, two on each side of the split.
constexpr std::array<Diagnosis, 48> kDiagnoses = {{
    {.text = "sinus rhythm", .training = true, .apc = 0.002},
    {.text = "sinus rhythm, occasional APCs", .pvc = 0.0006, .apc = 0.015},
    {.text = "sinus rhythm, occasional PVCs, some interpolated",
     .training = true,
     .pvc = 0.018,
     .interpolated = 0.4,
     .apc = 0.002},
    {.text = "left bundle-branch block", .conduction = left, .pvc = 0.001},
    {.text = "left bundle-branch block, PVCs", .training = true, .conduction = left, .pvc = 0.018, .fusion = 0.001},
    {.text = "right bundle-branch block", .conduction = right, .pvc = 0.002},
    {.text = "right bundle-branch block, APCs, some blocked",
     .training = true,
     .conduction = right,
     .pvc = 0.007,
     .apc = 0.045,
     .blocked = 0.02},
    {.text = "ventricular pacemaker, PVCs", .training = true, .rhythm = Rhythm::paced, .pvc = 0.028, .foci = 2},
    {.text = "ventricular pacemaker with pacemaker fusion",
     .rhythm = Rhythm::paced,
     .intermittent = 0.07,
     .pvc = 0.001,
     .fusion = 0.28,
     .unclassifiable = 0.006},
    {.text = "ventricular bigeminy and trigeminy",
     .pvc = 0.03,
     .couplet = 0.02,
     .ventricular_run = 0.003,
     .bigeminy = 0.45},
    {.text = "ventricular bigeminy and trigeminy", .training = true, .pvc = 0.05, .bigeminy = 0.4},
    {.text = "sinus rhythm, first-degree AV block", .long_pr = true},
    {.text = "sinus rhythm, rare PVCs", .training = true, .pvc = 0.001},
    {.text = "atrial fibrillation, PVCs", .rhythm = fibrillating, .pvc = 0.03},
    {.text = "atrial fibrillation, multiform PVCs, ventricular tachycardia",
     .training = true,
     .rhythm = fibrillating,
     .pvc = 0.14,
     .foci = 3,
     .couplet = 0.1,
     .ventricular_run = 0.03,
     .aberrant = 0.02},
    {.text = "left bundle-branch block, ventricular flutter, idioventricular rhythm",
     .training = true,
     .conduction = left,
     .intermittent = 0.06,
     .pvc = 0.05,
     .foci = 2,
     .couplet = 0.1,
     .apc = 0.02,
     .atrial_run = 0.2,
     .ventricular_escape = 0.02,
     .flutter_spells = 4},
    {.text = "multiform PVCs, ventricular tachycardia and flutter",
     .pvc = 0.1,
     .foci = 3,
     .couplet = 0.12,
     .ventricular_run = 0.04,
     .flutter_spells = 4},
    {.text = "frequent PVCs with fusion",
     .training = true,
     .pvc = 0.18,
     .couplet = 0.25,
     .bigeminy = 0.2,
     .fusion = 0.16,
     .supraventricular = 0.002},
    {.text = "frequent PVCs with fusion",
     .pvc = 0.08,
     .couplet = 0.04,
     .fusion = 0.12,
     .apc = 0.008,
     .supraventricular = 0.002},
    {.text = "right bundle-branch block, atrial bigeminy, sick sinus",
     .conduction = right,
     .apc = 0.1,
     .atrial_bigeminy = 0.75,
     .atrial_group = 6,
     .sinus_pause = 0.1,
     .junctional_escape = 0.002},
    {.text = "APCs and runs of supraventricular tachycardia",
     .training = true,
     .pvc = 0.001,
     .apc = 0.05,
     .atrial_run = 0.25},
    {.text = "APCs, junctional escape beats",
     .apc = 0.08,
     .atrial_bigeminy = 0.06,
     .atrial_run = 0.02,
     .junctional_escape = 0.03,
     .nodal_rhythm = 0.1},
    {.text = "APCs, some aberrant",
     .training = true,
     .pvc = 0.003,
     .apc = 0.06,
     .atrial_bigeminy = 0.1,
     .aberrant = 0.35},
    {.text = "right bundle-branch block, junctional rhythm",
     .training = true,
     .conduction = right,
     .pvc = 0.03,
     .fusion = 0.003,
     .junctional = 0.02,
     .junctional_escape = 0.004,
     .nodal_rhythm = 0.5},
    {.text = "intermittent right bundle-branch block, second-degree AV block",
     .conduction = right,
     .intermittent = 0.25,
     .pvc = 0.002,
     .second_degree = 0.15},
    {.text = "intermittent right bundle-branch block, blocked P waves, second-degree AV block",
     .training = true,
     .conduction = right,
     .intermittent = 0.2,
     .pvc = 0.001,
     .apc = 0.003,
     .blocked = 0.02,
     .second_degree = 0.1},
    {.text = "sinus rhythm, rare APCs", .training = true, .apc = 0.004},
    {.text = "intermittent left bundle-branch block, ventricular escape beats",
     .conduction = left,
     .intermittent = 0.05,
     .pvc = 0.06,
     .couplet = 0.05,
     .ventricular_escape = 0.012},
    {.text = "ventricular pacemaker, intermittent",
     .training = true,
     .rhythm = Rhythm::paced,
     .intermittent = 0.12,
     .pvc = 0.06,
     .fusion = 0.12,
     .unclassifiable = 0.003},
    {.text = "ventricular pacemaker", .rhythm = Rhythm::paced, .intermittent = 0.03, .pvc = 0.002, .fusion = 0.02},
    {.text = "sinus pauses, ventricular and junctional escape beats",
     .training = true,
     .apc = 0.005,
     .ventricular_escape = 0.012,
     .junctional_escape = 0.012},
    {.text = "sick sinus, ventricular and junctional escape beats",
     .apc = 0.01,
     .ventricular_escape = 0.01,
     .junctional_escape = 0.01},
    {.text = "PVCs, ventricular tachycardia and flutter",
     .training = true,
     .pvc = 0.07,
     .foci = 2,
     .couplet = 0.1,
     .ventricular_run = 0.05,
     .flutter_spells = 3},
    {.text = "atrial fibrillation, ventricular flutter",
     .rhythm = fibrillating,
     .pvc = 0.05,
     .foci = 2,
     .couplet = 0.08,
     .ventricular_run = 0.02,
     .flutter_spells = 3},
    {.text = "sinus rhythm, premature junctional beats", .pvc = 0.001, .junctional = 0.02},
    {.text = "PVCs, atrial escape beats",
     .training = true,
     .pvc = 0.15,
     .foci = 2,
     .couplet = 0.08,
     .ventricular_run = 0.02,
     .fusion = 0.006,
     .apc = 0.03,
     .atrial_escape = 0.006},
    {.text = "sinus rhythm, atrial escape beats", .pvc = 0.002, .apc = 0.004, .atrial_escape = 0.004},
    {.text = "paroxysmal atrial fibrillation and flutter, aberrant APCs, PVCs",
     .pvc = 0.08,
     .apc = 0.04,
     .aberrant = 0.6,
     .blocked = 0.02,
     .junctional_escape = 0.002,
     .fibrillation_spells = 3,
     .atrial_flutter_spells = 2},
    {.text = "ventricular bigeminy, multiform PVCs",
     .training = true,
     .pvc = 0.08,
     .foci = 2,
     .couplet = 0.08,
     .ventricular_run = 0.01,
     .bigeminy = 0.55,
     .fusion = 0.001,
     .apc = 0.01},
    {.text = "frequent multiform PVCs, couplets and runs",
     .pvc = 0.2,
     .foci = 3,
     .couplet = 0.15,
     .ventricular_run = 0.02,
     .bigeminy = 0.1,
     .fusion = 0.005,
     .apc = 0.003},
    {.text = "atrial fibrillation, PVCs",
     .training = true,
     .rhythm = fibrillating,
     .pvc = 0.16,
     .foci = 2,
     .couplet = 0.03},
    {.text = "frequent PVCs", .pvc = 0.08, .foci = 2, .bigeminy = 0.2, .apc = 0.001},
    {.text = "sinus rhythm, occasional PVCs", .training = true, .pvc = 0.03, .fusion = 0.004},
    {.text = "sinus rhythm, occasional PVCs, some interpolated",
     .pvc = 0.025,
     .interpolated = 0.3,
     .fusion = 0.003,
     .apc = 0.001},
    {.text = "paroxysmal atrial fibrillation and flutter",
     .training = true,
     .pvc = 0.008,
     .apc = 0.015,
     .aberrant = 0.3,
     .fibrillation_spells = 2,
     .atrial_flutter_spells = 2},
    {.text = "sinus tachycardia, occasional PVCs", .pvc = 0.04, .foci = 2, .fusion = 0.0006, .apc = 0.001},
    {.text = "sinus rhythm, first-degree AV block", .training = true, .long_pr = true},
    {.text = "sinus rhythm, rare ectopic beats", .pvc = 0.001, .apc = 0.001},
}};

HeartRate draw_rate(const Diagnosis& diagnosis, Random& random) {
  HeartRate rate;
  // Resting and ambulatory adults, 50 to 105 beats per minute, median 76 as in mitdb.
  rate.mean_rr_s = std::clamp(random.log_normal(0.79, 0.16), 0.57, 1.2);
  if (diagnosis.text.starts_with("sinus tachycardia")) rate.mean_rr_s = 0.56;
  if (diagnosis.atrial_group > 1)
    rate.mean_rr_s = random.uniform(1.0, 1.5);  // a sick sinus node, chosen: 40 to 60 a minute
  if (diagnosis.interpolated > 0) rate.mean_rr_s = random.uniform(0.95, 1.15);  // there is room at slow rates alone
  // Respiratory sinus arrhythmia and Mayer waves: SDNN of 20 to 60 ms over five minutes (Task Force 1996,
  // Circulation 93:1043).
  rate.respiratory = random.log_normal(0.024, 0.5);
  rate.mayer = random.log_normal(0.018, 0.4);
  rate.beat_noise = random.uniform(0.006, 0.015);
  rate.mayer_hz = random.uniform(0.08, 0.12);
  rate.mayer_phase_rad = random.angle();
  for (std::size_t i = 0; i < rate.drift.size(); ++i) {
    rate.drift[i] = random.uniform(0.01, 0.055);
    rate.drift_hz[i] = 1.0 / random.uniform(90.0, 1500.0);
    rate.drift_phase_rad[i] = random.angle();
  }
  return rate;
}

NoiseLevel draw_noise(Random& random) {
  NoiseLevel noise;
  const double grade = random.log_normal(1.0, 0.5);  // ambulatory recordings: few are poor
  noise.floor_mv = random.log_normal(0.0082, 0.18);
  noise.muscle_bursts_per_hour = 20.0 * grade;
  noise.muscle_mv = random.log_normal(0.04, 0.4);
  noise.wander_mv = random.log_normal(0.10, 0.5);
  noise.breathing_mv = random.log_normal(0.025, 0.5);
  noise.mains_mv = random.log_normal(0.003, 0.8);
  noise.mains_hz = random.chance(0.75) ? 60.0 : 50.0;
  noise.motion_per_hour = 10.0 * grade;
  return noise;
}

}  // namespace

std::span<const Diagnosis> diagnoses() { return kDiagnoses; }

double Respiration::phase(double t_s) const {
  // Breathing quickens and slows over about a minute; closed form, so that it can be asked for at any time.
  constexpr double wobble_rad = 0.9;
  constexpr double wobble_hz = 0.017;
  const double turn = 2.0 * std::numbers::pi * t_s;
  return phase_rad + turn * rate_hz + wobble_rad * std::sin(turn * wobble_hz + phase_rad);
}

Patient make_patient(const SimulationOptions& options, int index) {
  return make_patient(kDiagnoses[static_cast<std::size_t>(index) % kDiagnoses.size()],
                      derive_seed(options.seed, static_cast<std::uint64_t>(index), 1));
}

Patient make_patient(const Diagnosis& diagnosis, std::uint64_t seed) {
  Random random(seed);
  Patient patient;
  patient.diagnosis = &diagnosis;
  patient.age_years = random.integer(23, 89);  // the range of mitdb's patients
  patient.female = random.chance(0.46);
  patient.rate = draw_rate(*patient.diagnosis, random);
  patient.respiration.rate_hz = random.uniform(0.18, 0.34);  // adults at rest, 11 to 20 breaths a minute
  patient.respiration.phase_rad = random.angle();
  patient.respiration.gain = random.uniform(0.01, 0.05);
  patient.respiration.axis_rad = random.uniform(0.01, 0.07);
  patient.noise = draw_noise(random);
  patient.qtc_s = std::clamp(random.normal(patient.female ? 0.42 : 0.41, 0.018), 0.36, 0.46);
  patient.pr_s = std::clamp(random.normal(0.16, 0.02), 0.12, 0.20);  // normal: 120 to 200 ms
  if (patient.diagnosis->long_pr) patient.pr_s = random.uniform(0.22, 0.30);
  patient.u_share = random.uniform(0.0, 0.2);  // normal U waves are below a quarter of the T wave
  // Medians of DS1's four records with ten A and more: 0.62 to 0.80. Beats conduct aberrantly because they come earlier
  // still: 0.3 to 0.6.
  patient.atrial_coupling =
      patient.diagnosis->aberrant > 0 ? random.uniform(0.42, 0.56) : std::clamp(random.normal(0.70, 0.07), 0.55, 0.85);
  patient.fibrillation_mv = random.uniform(0.04, 0.12);  // f waves: fine below 0.1 mV, coarse above
  patient.fibrillation_hz = random.uniform(5.0, 8.0);    // 300 to 480 a minute
  patient.atrial_flutter_mv = random.uniform(0.07, 0.16);
  patient.atrial_flutter_hz = random.uniform(4.2, 5.4);  // 250 to 325 a minute
  patient.atrial_tracking = random.chance(0.4);
  draw_morphology(patient, random);
  patient.fibrillation_seed = derive_seed(seed, 1);
  // Who fibrillates always is treated for the rate. Spells are not: 90 to 146 a minute, chosen (untreated fibrillation
  // is given as up to 180).
  patient.fibrillation_rr_s = Random(derive_seed(seed, 2)).uniform(0.4, 0.67);
  return patient;
}

}  // namespace beatbench::simdb
