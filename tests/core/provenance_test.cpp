#include "beatbench/core/provenance.h"

#include <gmock/gmock.h>

#include <limits>

#include "support/test_folder.h"

namespace beatbench {
namespace {

using namespace std::string_literals;

Provenance example() {
  return {.dataset = "mitdb",
          .dataset_hash = "0123456789abcdef0123456789abcdef",
          .source_hash = "0abc",
          .protocol = "random (intra-patient)",
          .split_hash = "fedcba9876543210fedcba9876543210",
          .seed = std::numeric_limits<std::uint64_t>::max(),
          .commit = "1234567-dirty",
          .configuration = {{"model", "lstm"}, {"training", {{"epochs", 50}}}}};
}

TEST(ProvenanceJson, ComesBack) {
  const Provenance back = nlohmann::json::parse(nlohmann::json(example()).dump()).get<Provenance>();
  EXPECT_EQ(back.dataset, example().dataset);
  EXPECT_EQ(back.dataset_hash, example().dataset_hash);
  EXPECT_EQ(back.protocol, example().protocol);
  EXPECT_EQ(back.split_hash, example().split_hash);
  EXPECT_EQ(back.seed, example().seed) << "all 64 bits";
  EXPECT_EQ(back.commit, example().commit);
  EXPECT_EQ(back.configuration, example().configuration);
}

TEST(ProvenanceJson, AMissingFieldIsNamed) {
  const nlohmann::json whole = example();
  ASSERT_EQ(whole.size(), 8) << "one entry a member";
  for (const auto& [field, value] : whole.items()) {
    nlohmann::json part = whole;
    part.erase(field);
    if (field == "source_hash")
      EXPECT_EQ(part.get<Provenance>().source_hash, part.at("dataset_hash").get<std::string>())
          << "the data is its own source";
    else
      EXPECT_ERROR(part.get<Provenance>(), ErrorKind::data, "provenance"s, field);
  }
}

TEST(ProvenanceJson, AFieldOfAnotherTypeIsNamed) {
  for (const char* field : {"dataset", "dataset_hash", "protocol", "split_hash", "seed", "commit"}) {
    nlohmann::json part = example();
    part[field] = nullptr;
    EXPECT_ERROR(part.get<Provenance>(), ErrorKind::data, "provenance", field);
  }
}

TEST(SourceVersion, IsKnown) {
  EXPECT_THAT(beatbench_version(), testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  EXPECT_THAT(source_commit(), testing::MatchesRegex("unknown|[0-9a-f]+(-dirty)?"));
}

}  // namespace
}  // namespace beatbench
