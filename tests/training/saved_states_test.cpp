#include "runtime/saved_states.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "beatbench/core/files.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

TEST(SavedStates, MakeRoomAndKeepTheLast) {
  const tests::TestFolder folder;
  for (int i = 1; i <= 5; ++i) {
    make_room_for_state(folder.path(), 3);
    write_file_atomically(folder / "last.pt", "state " + std::to_string(i));
  }
  const auto states = saved_states(folder.path());
  ASSERT_EQ(states.size(), 3U);
  EXPECT_EQ(read_text_file(states[0]), "state 5");
  EXPECT_EQ(read_text_file(states[1]), "state 4");
  EXPECT_EQ(read_text_file(states[2]), "state 3");
  EXPECT_EQ(states[2].filename(), "last-2.pt");
  make_room_for_state(folder.path(), 3);  // and then the program is killed
  EXPECT_EQ(read_text_file(saved_states(folder.path()).front()), "state 5");
  folder.put(".last.pt.partial-123", "half");
  remove_leftovers(folder.path());
  EXPECT_FALSE(std::filesystem::exists(folder / ".last.pt.partial-123"));
  EXPECT_TRUE(std::filesystem::exists(folder / "last.pt"));
}

TEST(SavedStates, OneAloneIsReplaced) {
  const tests::TestFolder folder;
  for (int i = 1; i <= 3; ++i) {
    make_room_for_state(folder.path(), 1);
    write_file_atomically(folder / "last.pt", std::to_string(i));
  }
  EXPECT_EQ(saved_states(folder.path()).size(), 1U);
}

}  // namespace
}  // namespace beatbench
