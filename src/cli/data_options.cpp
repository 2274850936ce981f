#include "cli/data_options.h"

#include "beatbench/signal/features.h"
#include "cli/declare_options.h"

namespace beatbench::cli {
namespace {

constexpr const char* kOldFeaturesFlag = "--context";

}  // namespace

void declare_preprocessing(CLI::App& app, Preprocessing& p) {
  const char* group = "Preprocessing";
  for_each_preprocessing_option(p, [&](auto& field, const OptionSpec& spec) {
    declare_in(app, group)(field, spec);
    if (!spec.allowed.text().empty() && spec.allowed.words.empty())
      app.get_option(std::string(spec.flag))->check(numbers(spec.allowed).description(""));
  });
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
  p.features = asked.features;
  const auto settle = [&](std::string_view flag, auto& field, const auto& given) {
    CLI::Option* option = app.get_option(std::string(flag));
    if (option->count() > 0)
      field = given;
    else
      option->default_str(default_text(field));
  };
  std::vector<const void*> fields;  // of `asked`, in the order in which those of `p` come
  for_each_preprocessing_option(asked, [&](const auto& field, const OptionSpec&) { fields.push_back(&field); });
  auto next = fields.begin();
  for_each_preprocessing_option(p, [&](auto& field, const OptionSpec& spec) {
    settle(spec.flag, field, *static_cast<const std::remove_reference_t<decltype(field)>*>(*next++));
  });
  settle("--classes", p.class_map, asked.class_map);
}

void declare_split(CLI::App& app, SplitOptions& split, const char* group) {
  for_each_split_option(split, declare_in(app, group));
}

}  // namespace beatbench::cli
