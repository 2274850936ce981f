#include <gmock/gmock.h>

#include <set>

#include "beatbench/data/dataset.h"
#include "data/made_up_data.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using tests::class_counts;
using tests::made_up_windows;
using tests::record_names;

TEST(SelectWindows, TakesRowsInTheOrderAskedFor) {
  const BeatSet set = made_up_windows(record_names(2), {2, 1});
  const BeatSet chosen = select_beats(set, std::vector<std::uint32_t>{5, 0, 3});
  EXPECT_EQ(chosen.shape.length_samples, 1);
  EXPECT_THAT(chosen.values, ElementsAre(5, 0, 3));
  EXPECT_EQ(chosen.records, set.records);
  ASSERT_EQ(chosen.size(), 3);
  EXPECT_EQ(chosen.rows[0].label, 1);
  EXPECT_EQ(chosen.rows[0].record, 1);
  EXPECT_EQ(chosen.rows[0].sample, 300);
  EXPECT_EQ(chosen.rows[1].record, 0);
}

TEST(SelectWindows, TakesWholeWindows) {
  BeatSet set;
  set.shape.length_samples = 3;
  set.values = {0, 1, 2, 10, 11, 12};
  set.rows.resize(2);
  EXPECT_THAT(select_beats(set, std::vector<std::uint32_t>{1}).values, ElementsAre(10, 11, 12));
}

TEST(SelectWindows, NoRowsGiveNone) {
  EXPECT_THAT(select_beats(made_up_windows(record_names(1), {3}), {}).rows, IsEmpty());
}

TEST(SelectWindows, CountsTheChosenWindowsThatCrossAnEdge) {
  BeatSet set = made_up_windows(record_names(2), {2, 1});
  for (const std::size_t row : {0, 3, 5}) set.rows[row].crosses_edge = true;
  set.edge_windows = 3;
  EXPECT_EQ(select_beats(set, std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5}).edge_windows, 3U);
  EXPECT_EQ(select_beats(set, std::vector<std::uint32_t>{5, 1, 0}).edge_windows, 2U);
  EXPECT_EQ(select_beats(set, std::vector<std::uint32_t>{1, 2}).edge_windows, 0U);
  BeatSet joined = select_beats(set, std::vector<std::uint32_t>{0, 1});
  join_beats(joined, set, "more/");
  EXPECT_EQ(joined.edge_windows, 1U + 3U);
}

TEST(DrawStratified, KeepsTheSharesOfTheClasses) {
  const BeatSet set = made_up_windows(record_names(10), {80, 15, 5});
  const auto rows = draw_stratified(set, 100, 1);
  EXPECT_EQ(class_counts(set, rows), (std::map<int, int>{{0, 80}, {1, 15}, {2, 5}}));
  EXPECT_TRUE(std::ranges::is_sorted(rows));
  EXPECT_EQ(std::set(rows.begin(), rows.end()).size(), rows.size()) << "no row twice";
}

TEST(DrawStratified, HoldsAtLeastOneOfEachClassAndNeverMoreThanAskedFor) {
  BeatSet set = made_up_windows(record_names(1), {97, 1, 1, 1});
  for (const std::size_t count : {4, 5, 10, 50, 99}) {
    const auto rows = draw_stratified(set, count, 1);
    EXPECT_LE(rows.size(), count);
    EXPECT_GE(rows.size(), count - 3) << "shares are rounded down";
    EXPECT_EQ(class_counts(set, rows).size(), 4) << count;
  }
}

TEST(DrawStratified, OneOfEachClassWhereFewerAreAskedFor) {
  const BeatSet set = made_up_windows(record_names(1), {97, 1, 1, 1});
  for (const std::size_t count : {0, 1, 3}) EXPECT_EQ(draw_stratified(set, count, 1).size(), 4) << count;
}

TEST(DrawStratified, AllWhereMoreAreAskedFor) {
  const BeatSet set = made_up_windows(record_names(1), {3, 2});
  for (const std::size_t count : {5, 6, 1000}) {
    EXPECT_THAT(draw_stratified(set, count, 1), ElementsAre(0, 1, 2, 3, 4)) << count;
  }
}

TEST(DrawStratified, DependsOnTheSeedAlone) {
  const BeatSet set = made_up_windows(record_names(10), {80, 20});
  EXPECT_EQ(draw_stratified(set, 50, 1), draw_stratified(set, 50, 1));
  EXPECT_NE(draw_stratified(set, 50, 1), draw_stratified(set, 50, 2));
}

TEST(JoinBeats, AddsRowsUnderTheirOwnRecords) {
  BeatSet set = made_up_windows(record_names(2), {3, 1});
  const BeatSet more = made_up_windows(record_names(1), {2});
  const std::size_t before = set.size();
  join_beats(set, more, "other/");
  ASSERT_EQ(set.size(), before + 2);
  ASSERT_EQ(set.records.size(), 3);
  EXPECT_EQ(set.records[2].id, "other/r0");
  EXPECT_EQ(set.records[2].subject, "other/" + more.records[0].subject);
  EXPECT_EQ(set.rows.back().record, 2);
  EXPECT_EQ(set.window(before + 1)[0], more.window(1)[0]);
  BeatSet longer = more;
  longer.shape.length_samples = 2;
  EXPECT_ERROR(join_beats(set, longer, "x/"), ErrorKind::usage, "two sizes");
}

TEST(DrawStratified, OfNothingIsNothing) { EXPECT_THAT(draw_stratified(BeatSet(), 10, 1), IsEmpty()); }

}  // namespace
}  // namespace beatbench
