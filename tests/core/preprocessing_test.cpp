#include "beatbench/core/preprocessing.h"

#include <gmock/gmock.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "support/test_folder.h"

namespace beatbench {
namespace {

using namespace std::string_literals;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// No field has its default.
Preprocessing unusual() {
  Preprocessing p;
  p.input = "other";
  p.sampling_rate_hz = 257.5;
  p.before_samples = 72;
  p.after_samples = 144;
  p.image_size = 96;
  p.image_range = "halfway";
  p.leads = {"I", "aVR"};
  p.filter = {3, 0.25, 35.5};
  p.scaling = "none";
  p.features = {"rr"};
  p.edge = "skip";
  p.class_map = "aami5";
  p.class_names = {"N", "S"};
  p.multi_label = true;
  return p;
}

TEST(PreprocessingJson, ComesBack) {
  for (const Preprocessing& p : {Preprocessing(), unusual()}) {
    const std::string text = nlohmann::json(p).dump();
    EXPECT_EQ(nlohmann::json::parse(text).get<Preprocessing>(), p) << text;
  }
}

// usual_beat was the name of template_beat up to 0.1.0, and "context" still is the key.
TEST(PreprocessingJson, OlderNamesOfFeaturesAreRead) {
  nlohmann::json older = Preprocessing();
  older["context"] = {"rhythm", "usual_beat"};
  EXPECT_EQ(older.get<Preprocessing>().features, (std::vector<std::string>{"rhythm", "template_beat"}));
}

TEST(PreprocessingJson, AMissingFieldIsNamed) {
  const nlohmann::json whole = unusual();
  ASSERT_EQ(whole.size(), 14) << "one entry a member";
  for (const auto& [field, value] : whole.items()) {
    nlohmann::json part = whole;
    part.erase(field);
    if (field == "context") {  // which files of older versions do not have
      EXPECT_TRUE(part.get<Preprocessing>().features.empty());
      continue;
    }
    EXPECT_ERROR(part.get<Preprocessing>(), ErrorKind::data, "preprocessing"s, field);
  }
  for (const char* field : {"order", "low_hz", "high_hz"}) {
    nlohmann::json part = whole;
    part["filter"].erase(field);
    EXPECT_ERROR(part.get<Preprocessing>(), ErrorKind::data, "preprocessing", field);
  }
}

TEST(PreprocessingJson, AFieldOfAnotherTypeIsNamed) {
  const nlohmann::json whole = unusual();
  for (const auto& [field, value] : whole.items()) {
    nlohmann::json part = whole;
    part[field] = nullptr;
    EXPECT_ERROR(part.get<Preprocessing>(), ErrorKind::data, "preprocessing"s, field);
  }
  nlohmann::json part = whole;
  part["filter"]["high_hz"] = "40";
  EXPECT_ERROR(part.get<Preprocessing>(), ErrorKind::data, "preprocessing", "high_hz");
}

TEST(PreprocessingJson, WhatIsNoObjectIsRefused) {
  for (const char* text : {"null", "[]", "3", "\"window\""}) {
    EXPECT_ERROR(nlohmann::json::parse(text).get<Preprocessing>(), ErrorKind::data, "preprocessing");
  }
}

TEST(Preprocessing, LengthIsBothSidesOfTheBeat) { EXPECT_EQ(unusual().length_samples(), 216); }

// The defaults with another value in one field.
template <typename T>
Preprocessing with(T Preprocessing::*field, const T& value) {
  Preprocessing p;
  p.*field = value;
  return p;
}

Preprocessing with_window(int before, int after) {
  Preprocessing p;
  p.before_samples = before;
  p.after_samples = after;
  return p;
}

TEST(PreprocessingValidate, AcceptsTheDefaultsAndTheirNeighbours) {
  EXPECT_NO_THROW(validate(Preprocessing()));
  EXPECT_NO_THROW(validate(with_window(0, 1)));
  EXPECT_NO_THROW(validate(with_window(99'999, 1)));
  EXPECT_NO_THROW(validate(with(&Preprocessing::filter, {8, 0.5, 179.9})));
  EXPECT_NO_THROW(validate(with(&Preprocessing::filter, {0, -1, -2}))) << "no filter, so its edges do not count";
  for (const std::string scaling : {"record", "window", "none"}) {
    EXPECT_NO_THROW(validate(with(&Preprocessing::scaling, scaling)));
  }
  for (const std::string edge : {"replicate", "skip"}) EXPECT_NO_THROW(validate(with(&Preprocessing::edge, edge)));
}

TEST(PreprocessingValidate, NamesAWrongChoiceAndTheValidOnes) {
  const auto usage = ErrorKind::usage;
  EXPECT_ERROR(validate(with(&Preprocessing::input, "sound"s)), usage, "input", "'sound'", "window, image");
  EXPECT_ERROR(validate(with(&Preprocessing::image_range, "all"s)), usage, "image_range", "'all'",
               "neighbours, halfway");
  EXPECT_ERROR(validate(with(&Preprocessing::image_size, 8)), usage, "image_size", "8", "16 to 1024");
  EXPECT_ERROR(validate(with(&Preprocessing::scaling, "minmax"s)), usage, "scaling", "'minmax'",
               "record, window, none");
  EXPECT_ERROR(validate(with(&Preprocessing::edge, "mirror"s)), usage, "edge", "'mirror'", "replicate, skip");
  EXPECT_ERROR(validate(with(&Preprocessing::leads, {})), usage, "leads", "at least one");
}

TEST(PreprocessingValidate, RefusesRatesThatAreNone) {
  for (const double rate : {0.0, -360.0, kNan, std::numeric_limits<double>::infinity()}) {
    Preprocessing p = with(&Preprocessing::sampling_rate_hz, rate);
    p.filter.order = 0;
    EXPECT_ERROR(validate(p), ErrorKind::usage, "sampling_rate_hz", "above 0");
  }
}

TEST(PreprocessingValidate, RefusesWindowsOutOfRange) {
  const int most = std::numeric_limits<int>::max();
  EXPECT_ERROR(validate(with_window(-1, 108)), ErrorKind::usage, "before_samples", "-1", "0 to 100000");
  EXPECT_ERROR(validate(with_window(108, 0)), ErrorKind::usage, "after_samples", "0", "1 to 100000");
  EXPECT_ERROR(validate(with_window(50'000, 50'001)), ErrorKind::usage, "window", "100000");
  EXPECT_ERROR(validate(with_window(most, most)), ErrorKind::usage, "before_samples", "100000");
}

TEST(PreprocessingValidate, RefusesFiltersThatCannotBeMade) {
  for (const int order : {-1, 9}) {
    EXPECT_ERROR(validate(with(&Preprocessing::filter, {order, 0.5, 40})), ErrorKind::usage, "filter_order"s,
                 std::to_string(order));
  }
  for (const BandPass band : {BandPass{5, 0, 40}, {5, 40, 40}, {5, 50, 40}, {5, 0.5, 180}}) {
    EXPECT_ERROR(validate(with(&Preprocessing::filter, band)), ErrorKind::usage, "filter", "0 < low < high < half");
  }
  EXPECT_ERROR(validate(with(&Preprocessing::filter, BandPass{5, kNan, 40})), ErrorKind::usage, "filter_low_hz",
               "nan is not valid", "any finite number");
  EXPECT_ERROR(validate(with(&Preprocessing::filter, BandPass{5, 1, kNan})), ErrorKind::usage, "filter_high_hz");
}

}  // namespace
}  // namespace beatbench
