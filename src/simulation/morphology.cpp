#include <algorithm>

#include "simulation/patient_model.h"

// Dipoles are in mV on the axes x left, y down, z back. Sizes and times are those of textbook vectorcardiograms
// (Macfarlane et al., Comprehensive Electrocardiology, 2nd ed. 2010, chapters on the normal heart, conduction
// defects and ventricular ectopy), spread from patient to patient until the leads match mitdb's amplitudes.
namespace beatbench::simdb {
namespace {

constexpr double rad_per_degree = std::numbers::pi / 180.0;

/// Normally distributed, with this SD on each axis.
Dipole draw_dipole(double sd, Random& random) {
  const double x = random.normal(0, sd);
  const double y = random.normal(0, sd);
  const double z = random.normal(0, sd);
  return {x, y, z};
}

Dipole jittered(const Dipole& d, double share, Random& random) { return d + draw_dipole(share * d.norm(), random); }

/// Applies `change` to every dipole of a form.
template <typename Change>
void for_each_dipole(Ventricular& form, Change change) {
  for (Wave& wave : form.qrs) wave.dipole = change(wave.dipole);
  form.st = change(form.st);
  form.t = change(form.t);
}

/// Applies `change` to every form that a patient's beats can have.
template <typename Change>
void for_each_form(Patient& patient, Change change) {
  for (Ventricular* form : {&patient.normal, &patient.blocked, &patient.aberrant, &patient.paced, &patient.escape}) {
    change(*form);
  }
  for (Focus& focus : patient.foci) change(focus.form);
}

/// Moves and stretches a QRS complex so that it begins at 0 and lasts `duration_s` as the recorded leads show it:
/// from the first to the last moment above 5 % of its largest deflection.
void fit_duration(Ventricular& form) {
  constexpr double step_s = 0.001;
  std::vector<double> size;
  for (double t = -0.05; t < 0.35; t += step_s) {
    double square = 0;
    for (const LeadVector& lead : kLeads) {
      double value = 0;
      for (const Wave& wave : form.qrs) {
        const double d = (t - wave.centre_s) / wave.sigma_s;
        value += project(wave.dipole, lead) * std::exp(-0.5 * d * d);
      }
      square += value * value;
    }
    size.push_back(std::sqrt(square));
  }
  const double threshold = 0.05 * *std::ranges::max_element(size);
  const auto above = [&](double value) { return value > threshold; };
  const auto first = std::ranges::find_if(size, above) - size.begin();
  const auto last = size.rend() - std::find_if(size.rbegin(), size.rend(), above) - 1;
  const double begin_s = -0.05 + step_s * static_cast<double>(first);
  const double stretch = form.duration_s / (step_s * static_cast<double>(last - first));
  for (Wave& wave : form.qrs) {
    wave.centre_s = (wave.centre_s - begin_s) * stretch;
    wave.sigma_s *= stretch;
  }
}

/// Septum from left to right and to the front; free walls, where the left one outweighs; then the base, up and back.
Ventricular draw_normal(Random& random) {
  Ventricular form;
  form.qrs = {{0.013, 0.0060, jittered(Dipole{-0.12, -0.05, -0.18} * random.uniform(0.2, 1.5), 0.15, random)},
              {0.038, 0.0100, jittered({0.95, 1.22, 0.10}, 0.12, random)},
              {0.060, 0.0095, jittered(Dipole{-0.15, -0.40, 0.40} * random.uniform(0.1, 1.7), 0.2, random)}};
  form.duration_s = std::clamp(random.normal(0.080, 0.011), 0.060, 0.104);  // normal: 70 to 105 ms
  // The T wave points with the QRS; some patients' are flat or inverted.
  const double t_size = random.chance(0.25) ? random.uniform(-0.8, 0.2) : random.log_normal(0.6, 0.45);
  form.t = jittered({0.20, 0.26, -0.10}, 0.3, random) * t_size;
  const double st_shift = random.normal(0, 0.03);
  form.st = jittered(form.t * 0.08, 0.8, random) + Dipole{0, st_shift, 0};
  return form;
}

/// The septum from right to left, then the left wall late, slow and in two parts: no q, notched or slurred R where
/// the lead looks from the left, QS in V1, ST and T opposite.
Ventricular draw_left_block(Random& random) {
  Ventricular form;
  const double notch = random.uniform(0.25, 0.8);
  form.qrs = {{0.016, 0.0110, jittered({0.18, 0.12, -0.06}, 0.25, random)},
              {0.050, 0.0185, jittered({0.58, 0.98, 0.66}, 0.12, random)},
              {0.080, 0.0185, jittered(Dipole{0.55, 0.55, 0.66} * notch, 0.15, random)},
              {0.108, 0.0210, jittered({-0.03, -0.16, 0.18}, 0.5, random)}};
  form.duration_s = random.uniform(0.122, 0.148);  // complete block: 120 ms and more
  const double t_size = random.uniform(0.6, 1.2);
  form.t = jittered({-0.34, -0.38, -0.46}, 0.2, random) * t_size;
  form.st = form.t * random.uniform(0.2, 0.4);
  return form;
}

/// The normal left side, then the right wall late, to the right and front: rsR' in V1, a broad S in II, T of V1
/// inverted.
Ventricular draw_right_block(const Ventricular& normal, Random& random) {
  Ventricular form = normal;
  form.qrs[0].dipole = form.qrs[0].dipole + Dipole{0, 0, -0.08};
  form.qrs[1].dipole.z *= 0.7;
  form.qrs[2].dipole = form.qrs[2].dipole * 0.35;
  const double late = random.uniform(0.8, 1.25);
  form.qrs.push_back({0.088, 0.0180, jittered(Dipole{-0.40, -0.25, -0.62} * late, 0.2, random)});
  form.qrs.push_back({0.116, 0.0200, jittered(Dipole{-0.16, -0.06, -0.22} * late, 0.3, random)});
  form.duration_s = random.uniform(0.122, 0.142);  // complete block: 120 ms and more
  form.t = normal.t + Dipole{0.12, 0.05, 0.22} * late;
  form.st = form.t * 0.08;
  return form;
}

/// From one point of the ventricular wall through muscle: broad lobes whose direction turns, and a T opposite.
Ventricular draw_ectopic(const Dipole& direction, double duration_s, Random& random) {
  Ventricular form;
  const double turn = random.normal(0, 45.0 * rad_per_degree);
  const double tilt = random.normal(0, 22.0 * rad_per_degree);
  const double notch = random.uniform(0.1, 0.8);
  form.qrs = {{0.022, 0.0150, rotated(direction, -turn, -tilt) * random.uniform(0.1, 0.4)},
              {0.054, 0.0150, direction},
              {0.084, 0.0170, rotated(direction, turn, tilt) * notch},
              {0.118, 0.0210, rotated(direction, 1.4 * turn, tilt) * random.uniform(-0.8, 0.1)}};
  form.duration_s = duration_s;
  form.t = jittered((form.qrs[1].dipole + form.qrs[2].dipole) * -0.24, 0.15, random);
  form.st = form.t * random.uniform(0.2, 0.45);
  return form;
}

/// The direction in which activation spreads from the usual sites.
Dipole draw_site(int site, Random& random) {
  constexpr std::array<Dipole, 4> directions = {{
      {0.35, 1.35, 0.60},     // right outflow tract: downwards, away from V1
      {0.75, -1.10, 0.55},    // right apex: upwards, away from V1
      {-0.60, -1.05, -0.55},  // left wall near the apex: upwards, towards V1
      {-0.10, 1.25, -0.60},   // left base: downwards, towards V1
  }};
  const double size = random.log_normal(1.05, 0.4);
  return jittered(directions[static_cast<std::size_t>(site)], 0.2, random) * size;
}

/// The usual sites by how often they are seen: most ectopic beats come from the right outflow tract.
int draw_site_number(Random& random) {
  const double u = random.uniform(0, 1);
  return u < 0.40 ? 0 : u < 0.58 ? 1 : u < 0.74 ? 2 : 3;
}

/// Small bends that make each patient's QRS his own: activation meets trabeculae and scars.
void add_texture(Ventricular& form, Random& random) {
  double largest = 0;
  for (const Wave& wave : form.qrs) largest = std::max(largest, wave.dipole.norm());
  for (int i = 0; i < 3; ++i) {
    const double centre_s = random.uniform(0.15, 0.85) * form.duration_s;
    const double sigma_s = random.uniform(0.05, 0.09) * form.duration_s;
    const Dipole bend = draw_dipole(0.05 * largest, random);
    form.qrs.push_back({centre_s, sigma_s, bend});
  }
}

/// From the tip of a lead at the right apex: after the first millivolts downwards a slow upward loop.
Ventricular draw_paced(Random& random) {
  Ventricular form;
  const double first = random.uniform(0.8, 1.7);  // mitdb's 107 and 217: R of 1.5 to 2.8 mV, S of 1.4 to 2.3 mV
  form.qrs = {{0.030, 0.0180, jittered(Dipole{0.55, 1.00, 0.25} * first, 0.15, random)},
              {0.078, 0.0210, jittered({0.30, -0.45, 0.35}, 0.2, random)},
              {0.112, 0.0220, jittered({0.35, -1.12, 0.42}, 0.2, random)},
              {0.152, 0.0200, jittered({0.20, -0.60, 0.25}, 0.3, random)}};
  form.duration_s = random.uniform(0.160, 0.190);
  const double t_size = random.uniform(0.6, 1.3);
  form.t = jittered({-0.30, 0.78, -0.40}, 0.2, random) * t_size;
  form.st = form.t * random.uniform(0.15, 0.35);
  return form;
}

void draw_foci(Patient& patient, Random& random) {
  int site = draw_site_number(random);
  // Where fusion is frequent the focus lies so that its beats point downwards, as in 208, which has most of DS1's F.
  if (patient.diagnosis->fusion > 0.05 && patient.diagnosis->rhythm == Rhythm::sinus)
    site = random.chance(0.85) ? 0 : 3;
  for (int i = 0; i < patient.diagnosis->foci; ++i, site = (site + random.integer(1, 3)) % 4) {
    Focus focus;
    const double duration_s = random.uniform(0.124, 0.160);
    const Dipole direction = draw_site(site, random);
    focus.form = draw_ectopic(direction, duration_s, random);
    // Medians of the 17 records of DS1 and the paced ones that have ten V and more: 0.52 to 0.89, mean 0.70.
    focus.coupling = std::clamp(random.normal(0.70, 0.10), 0.50, 0.88);
    // A beat between two others needs time before the second: an early one at a slow rate.
    if (patient.diagnosis->interpolated > 0) focus.coupling = random.uniform(0.42, 0.50);
    patient.foci.push_back(focus);
  }
}

void draw_atria(Patient& patient, Random& random) {
  const double size = random.log_normal(1.0, 0.35);
  // P wave of 80 to 110 ms: the right atrium first, down and to the front, then the left, to the left and back.
  patient.p = {{{0.036, 0.0165, jittered(Dipole{0.04, 0.10, -0.05} * size, 0.15, random)},
                {0.068, 0.0170, jittered(Dipole{0.07, 0.06, 0.05} * size, 0.15, random)}}};
  patient.p_ectopic = patient.p;
  const double side = random.chance(0.5) ? 1 : -1;
  const double turn = side * random.uniform(60, 175) * rad_per_degree;
  const double ectopic_mv = random.uniform(0.08, 0.17);
  const Dipole elsewhere = rotated({0, ectopic_mv, 0}, turn, 0);
  for (Wave& wave : patient.p_ectopic) {
    wave.dipole = jittered(elsewhere * size, 0.3, random);
    wave.sigma_s *= random.uniform(0.7, 0.95);
  }
  patient.p_retrograde = patient.p;
  for (Wave& wave : patient.p_retrograde) wave.dipole = Dipole{0.0, -0.09, -0.02} * size;
}

/// T wave: a slow rise and a steeper fall, as two Gaussians; the ST level as a third; `u` as a fourth.
void add_repolarisation(const Ventricular& form, double qt_s, double share, double u, std::vector<Wave>& waves) {
  const double stretch = std::clamp(qt_s / 0.40, 0.7, 1.4);
  const double sigma_fall_s = 0.033 * stretch;
  const double peak_s = std::max(qt_s - 2.0 * sigma_fall_s, form.duration_s + 0.06);  // the T wave ends 2 sigma on
  const double rise_s = 0.055 * stretch;
  // The U wave's top comes 90 to 110 ms after the end of the T wave (Surawicz and Knilans 2008).
  if (u > 0) waves.push_back({qt_s + 0.10, 0.032, form.t * (u * share)});
  waves.push_back({form.duration_s + 0.035 * stretch, 0.03 * stretch, form.st * share});
  waves.push_back({peak_s - 0.04 * stretch, rise_s, form.t * (0.62 * share)});
  waves.push_back({peak_s, sigma_fall_s, form.t * (0.58 * share)});
}

struct Recovery {
  double qtc_s = 0.4, rr_s = 0.8;
  double u = 0;  ///< size of the U wave, as a fraction of the T wave
};

/// `share` of an activation that starts at `start_s`, and its repolarisation.
void add_ventricular(const Ventricular& form, double start_s, double share, const Recovery& recovery,
                     BeatWaves& waves) {
  // Bazett, plus what a wide QRS adds
  const double qt_s = recovery.qtc_s * std::sqrt(recovery.rr_s) + 0.7 * std::max(0.0, form.duration_s - 0.09);
  for (const Wave& wave : form.qrs) waves.qrs.push_back({start_s + wave.centre_s, wave.sigma_s, wave.dipole * share});
  std::vector<Wave> repolarisation;
  add_repolarisation(form, qt_s, share, recovery.u, repolarisation);
  for (Wave& wave : repolarisation) {
    wave.centre_s += start_s;
    waves.repolarisation.push_back(wave);
  }
}

const Ventricular& conducted_form(const Patient& patient, const PlannedBeat& beat) {
  if (beat.symbol == 'E') return patient.escape;
  if (beat.symbol == 'a') return patient.aberrant;
  switch (beat.conduction) {
    case Conduction::normal:
      return patient.normal;
    case Conduction::paced:
      return patient.paced;
    case Conduction::left_block:
    case Conduction::right_block:
      break;
  }
  return patient.blocked;
}

void add_atrial(const Patient& patient, const PlannedBeat& beat, BeatWaves& waves) {
  if (beat.atrial == AtrialWave::none) return;
  const auto& p = beat.atrial == AtrialWave::sinus     ? patient.p
                  : beat.atrial == AtrialWave::ectopic ? patient.p_ectopic
                                                       : patient.p_retrograde;
  for (const Wave& wave : p) waves.atrial.push_back({wave.centre_s - beat.pr_s, wave.sigma_s, wave.dipole});
}

/// A wave of ventricular flutter: no QRS, no T, a sine-like swing.
void add_flutter(const Patient& patient, const PlannedBeat& beat, BeatWaves& waves) {
  const Dipole top =
      rotated(patient.flutter_wave, 0.5 * (beat.gain - 0.9), 1.5 * (beat.gain - 0.9));  // the wave circles
  waves.qrs.push_back({0.0, 0.17 * beat.period_s, top});
  waves.repolarisation.push_back({-0.24 * beat.period_s, 0.09 * beat.period_s, rotated(top, 0.6, 1.2) * 0.3});
  waves.repolarisation.push_back({0.30 * beat.period_s, 0.07 * beat.period_s, rotated(top, -0.5, 1.0) * beat.blend});
  waves.repolarisation.push_back({0.45 * beat.period_s, 0.19 * beat.period_s, top * -0.7});
}

void turn_heart(Patient& patient, Random& random) {
  constexpr double largest_mv = 2.5;  // R of N in MLII: nine tenths of DS1's recordings lie below 2.3 mV
  const double frontal = std::clamp(random.normal(5, 18), -40.0, 40.0) * rad_per_degree;
  // Further turns would hide from V1 the signs by which a bundle-branch block is known.
  const double furthest = patient.diagnosis->conduction == Conduction::normal ? 60.0 : 25.0;
  const double horizontal = std::clamp(random.normal(0, 30), -furthest, furthest) * rad_per_degree;
  const double r_mv = project(rotated(patient.normal.qrs[1].dipole, frontal, horizontal), kLeads[kMlii]);
  const double size = std::min(random.log_normal(1.10, 0.26), largest_mv / std::max(0.1, r_mv));
  const auto turned = [&](const Dipole& d) { return rotated(d, frontal, horizontal) * size; };
  for_each_form(patient, [&](Ventricular& form) { for_each_dipole(form, turned); });
}

}  // namespace

Dipole rotated(const Dipole& d, double frontal_rad, double horizontal_rad) {
  const double x = d.x * std::cos(frontal_rad) - d.y * std::sin(frontal_rad);
  const double y = d.x * std::sin(frontal_rad) + d.y * std::cos(frontal_rad);
  const double c = std::cos(horizontal_rad), s = std::sin(horizontal_rad);
  return {x * c - d.z * s, y, x * s + d.z * c};
}

double project(const Dipole& d, const LeadVector& lead) {
  return d.x * lead.direction.x + d.y * lead.direction.y + d.z * lead.direction.z;
}

void draw_morphology(Patient& patient, Random& random) {
  patient.normal = draw_normal(random);
  const Ventricular right_block = draw_right_block(patient.normal, random);
  const bool left = patient.diagnosis->conduction == Conduction::left_block;
  patient.blocked = left ? draw_left_block(random) : right_block;
  if (left && random.chance(0.4)) {  // with left axis deviation: the axis turns upwards
    const double turn = random.uniform(-110.0, -75.0) * rad_per_degree;
    for_each_dipole(patient.blocked, [&](const Dipole& d) { return rotated(d, turn, 0); });
  }
  // The right bundle recovers last (Gouaux and Ashman 1947), though not in everybody.
  patient.aberrant = random.chance(0.7) ? right_block : draw_left_block(random);
  patient.paced = draw_paced(random);
  if (patient.diagnosis->rhythm == Rhythm::paced) {
    // Cardiac memory: after pacing the T wave of conducted beats points as the paced QRS does (Rosenbaum 1982).
    patient.normal.t = (patient.paced.qrs[1].dipole + patient.paced.qrs[2].dipole) * random.uniform(0.15, 0.3);
  }
  const double escape_duration_s = random.uniform(0.155, 0.20);
  const int escape_site = random.chance(0.7) ? 3 : 2;
  const Dipole escape_direction = draw_site(escape_site, random) * 0.6;
  patient.escape = draw_ectopic(escape_direction, escape_duration_s, random);
  draw_foci(patient, random);
  for_each_form(patient, [&](Ventricular& form) { add_texture(form, random); });
  draw_atria(patient, random);
  // Bipolar pacemakers leave some tenths of a millivolt on the skin; mitdb's recorder lost most of a pulse.
  const double spike_turn = random.uniform(-40, 60) * rad_per_degree;
  const double spike_down_mv = random.uniform(0.15, 0.7);
  const double spike_back_mv = random.uniform(-0.2, 0.2);
  patient.spike = rotated({0, spike_down_mv, spike_back_mv}, spike_turn, 0);
  const double flutter_size = random.uniform(0.75, 1.25);
  patient.flutter_wave = jittered({0.1, 0.50, -0.65}, 0.2, random) * flutter_size;
  turn_heart(patient, random);
  for_each_form(patient, fit_duration);
}

BeatWaves beat_waves(const Patient& patient, const PlannedBeat& beat) {
  BeatWaves waves;
  if (beat.symbol == '[' || beat.symbol == ']') return waves;
  if (beat.symbol == '!') {
    add_flutter(patient, beat, waves);
    return waves;
  }
  add_atrial(patient, beat, waves);
  if (beat.symbol == 'x' || beat.symbol == 'p') return waves;
  const double rr_s = std::clamp(beat.repolarisation_rr_s, 0.4, 1.5);
  // U waves are seen at slow rates, below 65 a minute or so, after a conducted beat's T wave.
  const Recovery recovery = {patient.qtc_s, rr_s, patient.u_share * std::clamp((rr_s - 0.75) / 0.2, 0.0, 1.0)};
  const Ventricular& ectopic = patient.foci[static_cast<std::size_t>(beat.focus)].form;
  const Ventricular& conducted = conducted_form(patient, beat);
  if (beat.symbol == 'V') {
    add_ventricular(ectopic, 0, 1.0, recovery, waves);
  } else if (beat.symbol == 'F') {
    // Two fronts meet: the ectopic one has the muscle around it to itself, and finds the more of the rest excited the
    // later it gets there.
    Ventricular local = ectopic;
    for (Wave& wave : local.qrs)
      wave.dipole = wave.dipole * (1.4 * std::max(0.0, 1.0 - wave.centre_s / local.duration_s));
    add_ventricular(local, 0, beat.blend, recovery, waves);
    add_ventricular(conducted, beat.delay_s, 1.0 - 0.35 * beat.blend, recovery, waves);
  } else {
    add_ventricular(conducted, 0, 1.0 - beat.blend, recovery, waves);
    if (beat.blend > 0) add_ventricular(patient.normal, 0, beat.blend, recovery, waves);
  }
  // A 2 ms pulse is about 2 ms wide, as a sigma, behind the recorder's 100 Hz filter.
  if (beat.conduction == Conduction::paced && beat.symbol != 'V') waves.spike = Wave{-0.004, 0.002, patient.spike};
  return waves;
}

}  // namespace beatbench::simdb
