#pragma once

// The parts of the simulated database: patients (simdb_patients.cpp), the sequence of their beats
// (simdb_rhythm.cpp), the waves of one beat (simdb_morphology.cpp), what is recorded besides the heart
// (simdb_noise.cpp), and the record made of them (simdb.cpp). Not a public header.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/core/random.h"
#include "beatbench/simulation/simdb.h"

namespace beatbench::simdb {

/// A random stream whose numbers are the same on every standard library. Two draws never stand in the operands of one
/// operator or in the arguments of one call, which compilers evaluate in orders of their own: all but one are named
/// before. Elements in braces are evaluated in order.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  double uniform(double low, double high) { return low + (high - low) * uniform_unit(engine_); }
  bool chance(double probability) { return uniform_unit(engine_) < probability; }
  int integer(int low, int high) {
    return low + static_cast<int>(uniform_below(engine_, static_cast<std::uint64_t>(high - low) + 1));
  }
  double angle() { return uniform(0.0, 2.0 * std::numbers::pi); }

  /// Standard normal, Box and Muller (1958); 1 - u keeps the logarithm finite.
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform_unit(engine_)));
    return radius * std::cos(angle());
  }
  double normal(double mean, double sd) { return mean + sd * normal(); }
  /// `median` times e^(sd * standard normal, cut at two SD so that no patient is absurd).
  double log_normal(double median, double sd) {
    return median * std::exp(sd * std::fmin(2.0, std::fmax(-2.0, normal())));
  }

  /// Nearly normal, variance 1, within +-3.5: the sum of four uniform 16-bit numbers, from one draw. For noise samples.
  float fast_normal() {
    const std::uint64_t bits = engine_();
    const auto sum =
        static_cast<std::int64_t>((bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48));
    constexpr float unit = 2.6429e-5F;  // sqrt(12 / 4) / 2^16: four uniform variances of 2^32 / 12
    return static_cast<float>(sum - 131070) * unit;
  }

 private:
  std::mt19937_64 engine_;
};

/// A dipole in mV on the body's axes as Frank (1956) orients them: x to the left, y down, z to the back.
struct Dipole {
  double x = 0, y = 0, z = 0;

  Dipole operator+(const Dipole& o) const { return {x + o.x, y + o.y, z + o.z}; }
  Dipole operator*(double s) const { return {x * s, y * s, z * s}; }
  double norm() const { return std::sqrt(x * x + y * y + z * z); }
};

/// Turns by `frontal_rad` in the frontal plane (x towards y, clockwise as the chart shows it) and then by
/// `horizontal_rad` in the horizontal plane (x towards z).
Dipole rotated(const Dipole& dipole, double frontal_rad, double horizontal_rad);

/// A lead as the direction that it sees.
struct LeadVector {
  std::string_view name;
  Dipole direction;
};

/// MLII (as II) and V1, Dower's coefficients for Frank's axes (Dower, Machado, Osborne 1980, Clin Cardiol 3:87).
inline constexpr std::array<LeadVector, 2> kLeads = {
    {{"MLII", {0.235, 1.066, -0.132}}, {"V1", {-0.515, 0.157, -0.917}}}};
inline constexpr std::size_t kMlii = 0;
inline constexpr std::size_t kV1 = 1;

double project(const Dipole& dipole, const LeadVector& lead);

/// One Gaussian of the sum: dipole * exp(-(t - centre)^2 / (2 sigma^2)), times from the beat's QRS onset.
struct Wave {
  double centre_s = 0;
  double sigma_s = 0;
  Dipole dipole;
};

/// How the ventricles depolarise from one origin, and the repolarisation that follows.
struct Ventricular {
  std::vector<Wave> qrs;
  double duration_s = 0;  ///< of the QRS complex
  Dipole st;              ///< level of the ST segment
  Dipole t;               ///< at the peak of the T wave
};

enum class Conduction { normal, left_block, right_block, paced };
enum class Rhythm { sinus, fibrillation, paced };
enum class AtrialWave { none, sinus, ectopic, retrograde };

/// What a record is about. Frequencies are fractions of the sinus beats unless said otherwise.
struct Diagnosis {
  std::string_view text;
  bool training = false;
  Conduction conduction = Conduction::normal;
  Rhythm rhythm = Rhythm::sinus;
  double intermittent = 0;        ///< share of the time without the bundle-branch block, or without pacing
  double pvc = 0;                 ///< single or leading ventricular premature beats, V
  int foci = 1;                   ///< of them, 1..3
  double couplet = 0;             ///< chance that a V is followed by another
  double ventricular_run = 0;     ///< chance that a V starts a run of 4 to 12
  double interpolated = 0;        ///< share of single V that fit between two sinus beats without any pause
  double bigeminy = 0;            ///< share of the time with a V after each beat, or each second one
  double fusion = 0;              ///< F; in a paced record f
  double apc = 0;                 ///< A
  double atrial_bigeminy = 0;     ///< share of the time with an A after each sinus beat
  double atrial_run = 0;          ///< chance that an A starts a run of 4 to 15
  int atrial_group = 0;           ///< sick sinus, 2 and more: most A in a row, without atrial_run
  double sinus_pause = 0;         ///< chance that the sinus node pauses after such a group
  double aberrant = 0;            ///< share of early A that conduct with a block: a
  double blocked = 0;             ///< early P that do not conduct: x
  double junctional = 0;          ///< J
  double supraventricular = 0;    ///< S: premature and narrow, without any P to tell where from
  double ventricular_escape = 0;  ///< pauses ended by one or more E
  double junctional_escape = 0;   ///< pauses ended by j
  double nodal_rhythm = 0;        ///< chance that such an escape goes on for 10 to 30 beats
  double atrial_escape = 0;       ///< pauses ended by e
  double unclassifiable = 0;      ///< Q
  bool long_pr = false;           ///< first-degree AV block
  double second_degree = 0;       ///< share of the time in second-degree AV block: 2:1, or Wenckebach's 3:2 to 5:4
  int fibrillation_spells = 0;    ///< atrial, in a record in sinus rhythm
  int atrial_flutter_spells = 0;  ///< likewise
  int flutter_spells = 0;         ///< ventricular
};

/// The 48 diagnoses, in the order of the records.
std::span<const Diagnosis> diagnoses();

/// Rate and its variation. RR(t) = mean * (1 + drift + Mayer wave + respiratory sinus arrhythmia + beat noise), the
/// bimodal spectrum of McSharry et al. 2003.
struct HeartRate {
  double mean_rr_s = 0.8;
  double respiratory = 0.03;  ///< amplitude as a fraction of the mean, at the breathing rate
  double mayer = 0.02;        ///< amplitude, near 0.1 Hz
  double beat_noise = 0.008;  ///< SD
  double mayer_hz = 0.1;
  double mayer_phase_rad = 0;
  std::array<double, 3> drift{}, drift_hz{}, drift_phase_rad{};
};

/// Breathing: its phase drives the sinus arrhythmia, the amplitude and axis of the beats, and the wander.
struct Respiration {
  double rate_hz = 0.25;
  double phase_rad = 0;
  double gain = 0.04;      ///< amplitude of the modulation of the beats, as a fraction
  double axis_rad = 0.04;  ///< amplitude of the swing of the frontal axis

  double phase(double t_s) const;
};

struct NoiseLevel {
  double floor_mv = 0.008;  ///< SD of the electrode and amplifier noise that is white
  double muscle_bursts_per_hour = 10;
  double muscle_mv = 0.05;     ///< typical SD within a burst
  double wander_mv = 0.1;      ///< SD of the slow wander
  double breathing_mv = 0.05;  ///< amplitude of the wander at the breathing rate
  double mains_mv = 0.005;
  double mains_hz = 60;
  double motion_per_hour = 4;
};

/// A ventricular ectopic focus.
struct Focus {
  Ventricular form;
  double coupling = 0.70;  ///< of a premature beat, as a fraction of the RR interval
};

struct Patient {
  const Diagnosis* diagnosis = nullptr;
  int age_years = 60;
  bool female = false;
  HeartRate rate;
  Respiration respiration;
  NoiseLevel noise;
  double qtc_s = 0.40;
  double pr_s = 0.16;
  double u_share = 0.1;                            ///< size of the U wave, as a fraction of the T wave
  double atrial_coupling = 0.7;                    ///< of a premature atrial beat, as a fraction of the RR interval
  std::array<Wave, 2> p, p_ectopic, p_retrograde;  ///< right and left atrium, times from the P wave's onset
  double fibrillation_mv = 0.06;                   ///< of the f waves
  double fibrillation_hz = 6.0;
  double fibrillation_rr_s = 0.55;      ///< mean RR interval of a spell
  std::uint64_t fibrillation_seed = 0;  ///< of what the f waves do
  double atrial_flutter_mv = 0.15;
  double atrial_flutter_hz = 5.0;
  Ventricular normal, blocked, aberrant, paced, escape;
  std::vector<Focus> foci;
  bool atrial_tracking = false;  ///< a P wave before each paced beat
  Dipole spike;                  ///< of the pacemaker
  Dipole flutter_wave;
};

Patient make_patient(const Diagnosis& diagnosis, std::uint64_t seed);
Patient make_patient(const SimulationOptions& options, int index);

/// A beat, a flutter wave or a blocked P wave that the rhythm decided on.
struct PlannedBeat {
  char symbol = 'N';                 ///< as in mitdb; '[' and ']' carry no wave; 'p': a P wave that is not annotated
  double onset_s = 0;                ///< QRS onset; the top of a flutter wave; onset of a blocked P wave
  double repolarisation_rr_s = 0.8;  ///< what the T wave follows: a running mean of the RR intervals
  double period_s = 0;               ///< of a flutter wave
  AtrialWave atrial = AtrialWave::none;
  double pr_s = 0.16;  ///< P onset to QRS onset; negative: P after the onset
  Conduction conduction = Conduction::normal;
  int focus = 0;        ///< of V, F and f
  double blend = 0;     ///< share of the ectopic (F) or the conducted (f) activation; size of a flutter wave's notch
  double delay_s = 0;   ///< F: how much later the conducted activation starts than the ectopic one
  double gain = 1;      ///< random difference from beat to beat
  double turn_rad = 0;  ///< likewise, of the axis in the frontal plane
};

struct RhythmMark {
  double time_s = 0;
  std::string_view aux;  ///< for example "(AFIB"
};

struct Span {
  double begin_s = 0, end_s = 0;
  bool contains(double t_s) const { return t_s >= begin_s && t_s < end_s; }
};

struct RhythmPlan {
  std::vector<PlannedBeat> beats;  ///< by time
  std::vector<RhythmMark> marks;
  std::vector<Span> fibrillation;  ///< when the atria fibrillate
  std::vector<Span> flutter;       ///< when they flutter
};

RhythmPlan plan_rhythm(const Patient& patient, double duration_s, std::uint64_t seed);

/// The waves of one beat, by part.
struct BeatWaves {
  std::vector<Wave> atrial, qrs, repolarisation;
  std::optional<Wave> spike;
};

/// Forms of a patient's beats; used by make_patient.
void draw_morphology(Patient& patient, Random& random);

BeatWaves beat_waves(const Patient& patient, const PlannedBeat& beat);

/// Signals in mV, and the direction that each of them sees.
struct Leads {
  std::span<const LeadVector> vectors;
  std::vector<std::vector<float>> signals;

  Leads() = default;
  Leads(std::span<const LeadVector> seen, std::size_t length)
      : vectors(seen), signals(seen.size(), std::vector<float>(length, 0.0F)) {}
  std::size_t length() const { return signals.front().size(); }
  std::vector<float>& operator[](std::size_t lead) { return signals[lead]; }
  const std::vector<float>& operator[](std::size_t lead) const { return signals[lead]; }
};

/// Adds wander, muscle noise, mains and motion to the leads. Returns the spans of strong noise, in order and apart.
std::vector<Span> add_noise(const Patient& patient, double sampling_rate_hz, std::uint64_t seed, Leads& leads);

/// The heart's own signal and where its beats lie, before noise.
struct CleanRecord {
  Patient patient;
  RhythmPlan plan;
  Leads leads;
  std::vector<std::int64_t> peaks;  ///< per beat of the plan: the sample that is annotated; may lie outside
};

CleanRecord simulate_clean(const SimulationOptions& options, int index);

/// The letter and index + 1, of `digits` digits or more: "s001".
std::string record_id(char letter, std::size_t digits, int index);

/// The index that record_id made `id` of; nullopt where it made none such.
std::optional<int> record_index(char letter, std::size_t digits, std::string_view id);

/// Draws the waves of every beat and the atria's between them into the leads.
void draw_heart(const Patient& patient, const RhythmPlan& plan, double sampling_rate_hz, Leads& leads);

}  // namespace beatbench::simdb
