#include "training/sampler.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "beatbench/core/random.h"

namespace beatbench {

std::vector<Example> make_examples(const BeatSet& windows, std::span<const std::uint32_t> rows,
                                   const Augmentation& augmentation) {
  std::vector<Example> examples;
  for (const std::uint32_t row : rows) {
    for (int variant = 0; variant < augmentation.variants(windows, row); ++variant) examples.push_back({row, variant});
  }
  return examples;
}

std::vector<Example> epoch_order(const BeatSet& windows, std::span<const Example> examples, const std::string& sampling,
                                 std::uint64_t seed, int epoch) {
  const std::uint64_t stream = derive_seed(seed, 0x6f72646572, static_cast<std::uint64_t>(epoch));
  std::vector<Example> order(examples.begin(), examples.end());
  if (sampling == "shuffled") {
    shuffle(order, stream);
    return order;
  }
  std::map<int, std::vector<Example>> by_class;
  for (const Example& example : examples) by_class[windows.rows[example.row].label].push_back(example);
  std::vector<const std::vector<Example>*> classes;
  for (const auto& [label, members] : by_class) classes.push_back(&members);
  std::mt19937_64 engine(stream);
  for (Example& slot : order) {
    const auto& members = *classes[uniform_below(engine, classes.size())];
    slot = members[uniform_below(engine, members.size())];
  }
  return order;
}

namespace {

std::vector<float> positive_weights(const BeatSet& windows, std::span<const std::uint32_t> rows, int classes,
                                    const std::string& class_weights, double largest) {
  std::vector<float> weights;
  for (std::size_t c = 0; c < static_cast<std::size_t>(classes); ++c) {
    const auto with =
        static_cast<double>(std::ranges::count_if(rows, [&](std::uint32_t row) { return windows.rows[row].is_of(c); }));
    const double ratio = with > 0 ? (static_cast<double>(rows.size()) - with) / with : 1.0;
    const double weight = class_weights == "balanced" ? ratio : std::sqrt(ratio);
    weights.push_back(static_cast<float>(largest > 0 ? std::min(weight, largest) : weight));
  }
  return weights;
}

}  // namespace

std::vector<float> loss_weights(const BeatSet& windows, std::span<const std::uint32_t> rows, int classes,
                                const std::string& class_weights, double largest, bool multi_label) {
  if (class_weights == "none") return {};
  if (multi_label) return positive_weights(windows, rows, classes, class_weights, largest);
  std::vector<double> counts(static_cast<std::size_t>(classes), 0.0);
  for (const std::uint32_t row : rows) counts[static_cast<std::size_t>(windows.rows[row].label)] += 1;
  std::vector<float> weights;
  double sum = 0;
  const double most = *std::ranges::max_element(counts);
  const auto weight_of = [&](double n) { return class_weights == "balanced" ? 1.0 / n : 1.0 / std::sqrt(n); };
  for (const double n : counts) {
    double weight = n == 0 ? 0.0 : weight_of(n);
    if (largest > 0) weight = std::min(weight, largest * weight_of(most));
    weights.push_back(static_cast<float>(weight));
    sum += weight * n;
  }
  for (float& weight : weights) weight = static_cast<float>(weight * static_cast<double>(rows.size()) / sum);
  return weights;
}

std::vector<float> row_weights(const BeatSet& windows, std::span<const std::uint32_t> rows,
                               std::span<const float> class_weights) {
  std::map<std::pair<int, std::uint32_t>, double> beats;  // of a class in a record
  std::map<int, double> roots, of_class;                  // of a class: sum over its beats of 1/sqrt(n), beats
  for (const std::uint32_t row : rows) beats[{windows.rows[row].label, windows.rows[row].record}] += 1;
  for (const auto& [place, n] : beats) {
    roots[place.first] += std::sqrt(n);
    of_class[place.first] += n;
  }
  std::vector<float> weights(windows.size(), 0.0F);
  for (const std::uint32_t row : rows) {
    const int label = windows.rows[row].label;
    const double own = 1.0 / std::sqrt(beats.at({label, windows.rows[row].record}));
    const double scale = of_class.at(label) / roots.at(label);
    const double of_its_class =
        class_weights.empty() ? 1.0 : static_cast<double>(class_weights[static_cast<std::size_t>(label)]);
    weights[row] = static_cast<float>(own * scale * of_its_class);
  }
  return weights;
}

}  // namespace beatbench
