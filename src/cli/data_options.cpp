#include "cli/data_options.h"

#include "beatbench/signal/features.h"
#include "cli/declare_options.h"

namespace beatbench::cli {
namespace {

constexpr const char* kOldFeaturesFlag = "--context";

}  // namespace

void declare_preprocessing(CLI::App& app, Preprocessing& p) {
  const char* group = "Preprocessing";
  app.add_option("--lead", p.leads,
                 "beats: names in order of preference, the first that a record has is used; recordings: all of them")
      ->delimiter(',')
      ->default_str("MLII,II,V5")
      ->group(group);
  app.add_option("--window-before", p.before_samples,
                 "samples before the beat at 360 Hz; of a recording (at 400 Hz), before its middle")
      ->capture_default_str()
      ->group(group);
  app.add_option("--window-after", p.after_samples, "samples from the beat on")->capture_default_str()->group(group);
  app.add_option("--image-size", p.image_size, "pixels on each side of a beat image")
      ->capture_default_str()
      ->group(group);
  app.add_option("--image-range", p.image_range,
                 "what an image shows: from 56 ms after the beat before to 56 ms before the next (neighbours), or "
                 "halfway to both")
      ->capture_default_str()
      ->group(group);
  app.add_option("--scaling", p.scaling,
                 "record or window (mean 0, SD 1 over it; the height of an image), or none (mV, as for recordings)")
      ->capture_default_str()
      ->group(group);
  const auto set_features = [&p](const std::vector<std::string>& names) {
    p.features.clear();
    for (const std::string& name : names) {  // "": as --print-config writes it where there is none
      if (!name.empty()) p.features.push_back(current_feature_name(name));
    }
  };
  CLI::Option* features =
      app.add_option_function<std::vector<std::string>>(
             "--features", set_features,
             "features of each beat, as further channels of what any model takes: " + names_of(feature_registry()))
          ->delimiter(',')
          ->group(group);
  app.add_option_function<std::vector<std::string>>(kOldFeaturesFlag,
                                                    [=](const std::vector<std::string>& names) {
                                                      if (features->count() > 0)
                                                        throw CLI::ExcludesError(kOldFeaturesFlag, "--features");
                                                      set_features(names);
                                                    })
      ->delimiter(',')
      ->group("");
  app.add_option("--edge", p.edge,
                 "windows that cross a recording's edge: replicate its edge sample, or skip them; recordings: zero")
      ->capture_default_str()
      ->group(group);
  app.add_option("--filter-order", p.filter.order, "of the zero-phase Butterworth band-pass; 0: no filter")
      ->capture_default_str()
      ->group(group);
  app.add_option("--filter-low", p.filter.low_hz, "lower -3 dB point of one pass in Hz")
      ->capture_default_str()
      ->group(group);
  app.add_option("--filter-high", p.filter.high_hz, "upper one in Hz")->capture_default_str()->group(group);
}

std::vector<std::string> old_spellings(CLI::App& app) {
  CLI::Option* option = app.get_option(kOldFeaturesFlag);
  const bool is_used = option->count() > 0;
  app.remove_option(option);
  return is_used ? std::vector<std::string>{"--context is called --features now"} : std::vector<std::string>();
}

void complete_preprocessing(CLI::App& app, Preprocessing& p, std::string_view input) {
  const Preprocessing asked = p;
  p = default_preprocessing(input);
  const auto settle = [&](const char* flag, auto& field, const auto& given, const std::string& text) {
    CLI::Option* option = app.get_option(flag);
    if (option->count() > 0)
      field = given;
    else
      option->default_str(text);
  };
  std::string leads;
  for (const std::string& name : p.leads) leads += (leads.empty() ? "" : ",") + name;
  settle("--lead", p.leads, asked.leads, leads);
  settle("--window-before", p.before_samples, asked.before_samples, std::to_string(p.before_samples));
  settle("--window-after", p.after_samples, asked.after_samples, std::to_string(p.after_samples));
  settle("--scaling", p.scaling, asked.scaling, p.scaling);
  settle("--edge", p.edge, asked.edge, p.edge);
  settle("--filter-order", p.filter.order, asked.filter.order, std::to_string(p.filter.order));
  settle("--classes", p.class_map, asked.class_map, p.class_map);
  p.filter.low_hz = asked.filter.low_hz;
  p.filter.high_hz = asked.filter.high_hz;
  p.image_size = asked.image_size;
  p.image_range = asked.image_range;
  p.features = asked.features;
}

void declare_split(CLI::App& app, SplitOptions& split, const char* group) {
  for_each_split_option(split, declare_in(app, group));
}

}  // namespace beatbench::cli
