#include "beatbench/core/files.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "support/test_folder.h"

namespace beatbench {
namespace {

using namespace std::string_literals;

namespace fs = std::filesystem;
using tests::TestFolder;

const std::string kEveryByte = [] {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return bytes + "\r\n\n";
}();

TEST(ReadFile, GivesEveryByte) {
  const TestFolder folder;
  folder.put("x", kEveryByte);
  EXPECT_EQ(read_text_file(folder / "x"), kEveryByte);
  const auto bytes = read_binary_file(folder / "x");
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), kEveryByte);
}

TEST(ReadFile, AnEmptyOne) {
  const TestFolder folder;
  folder.put("x", "");
  EXPECT_EQ(read_text_file(folder / "x"), "");
}

// Files under /proc say that they hold 0 bytes.
TEST(ReadFile, OneThatHidesItsSize) {
  EXPECT_THAT(read_text_file("/proc/self/cmdline"), testing::HasSubstr("core_tests"));
}

TEST(ReadFile, MissingOneIsNamedWithTheReason) {
  const TestFolder folder;
  EXPECT_ERROR(read_text_file(folder / "none"), ErrorKind::io, (folder / "none").string(), "No such file"s);
  EXPECT_ERROR(read_binary_file(folder / "none"), ErrorKind::io, (folder / "none").string(), "No such file"s);
}

TEST(ReadFile, AFolderIsNoFile) {
  const TestFolder folder;
  EXPECT_ERROR(read_text_file(folder.path()), ErrorKind::io, folder.path().string(), "directory"s);
}

TEST(WriteFile, ContentComesBack) {
  const TestFolder folder;
  write_file_atomically(folder / "x", kEveryByte);
  EXPECT_EQ(read_text_file(folder / "x"), kEveryByte);
  EXPECT_EQ(folder.file_count(), 1) << "the temporary file is gone";
}

TEST(WriteFile, ReplacesALongerFile) {
  const TestFolder folder;
  folder.put("x", std::string(100'000, 'a'));
  write_file_atomically(folder / "x", "short");
  EXPECT_EQ(read_text_file(folder / "x"), "short");
}

TEST(WriteFile, IntoTheWorkingFolder) {
  const TestFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  write_file_atomically("x", "here");
  fs::current_path(before);
  EXPECT_EQ(read_text_file(folder / "x"), "here");
}

TEST(WriteFile, MissingFolderIsAnErrorAndStaysMissing) {
  const TestFolder folder;
  EXPECT_ERROR(write_file_atomically(folder / "none" / "x", "text"), ErrorKind::io, (folder / "none" / "x").string(),
               "No such file"s);
  EXPECT_EQ(folder.file_count(), 0);
}

TEST(WriteFile, AFolderOfThatNameIsLeftAlone) {
  const TestFolder folder;
  fs::create_directory(folder / "x");
  EXPECT_ERROR(write_file_atomically(folder / "x", "text"), ErrorKind::io, (folder / "x").string());
  EXPECT_TRUE(fs::is_directory(folder / "x"));
  EXPECT_EQ(folder.file_count(), 1);
}

enum ChildResult { io_error = 0, no_error = 1, other_error = 2 };

// Writes `path` in a process that may write no file beyond 1000 bytes, as on a full disk.
int write_with_a_full_disk(const fs::path& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);  // write() then fails with EFBIG
    const rlimit limit = {1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int result = no_error;
    try {
      write_file_atomically(path, std::string(100'000, 'n'));
    } catch (const Error& error) {
      result = error.kind() == ErrorKind::io ? io_error : other_error;
    }
    ::_exit(result);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(WriteFile, AFailingWriteLeavesTheOldContent) {
  const TestFolder folder;
  folder.put("x", "old");
  EXPECT_EQ(write_with_a_full_disk(folder / "x"), io_error);
  EXPECT_EQ(read_text_file(folder / "x"), "old");
  EXPECT_EQ(folder.file_count(), 1);
}

TEST(WriteFile, AFailingWriteLeavesNothingWhereNothingWas) {
  const TestFolder folder;
  EXPECT_EQ(write_with_a_full_disk(folder / "x"), io_error);
  EXPECT_EQ(folder.file_count(), 0);
}

TEST(CreatedDirectory, TakesBackWhatStaysEmptyAlone) {
  const TestFolder folder;
  fs::create_directory(folder / "mine");
  {
    const CreatedDirectory made(folder / "mine" / "a" / "b/");
    EXPECT_TRUE(fs::is_directory(folder / "mine" / "a" / "b"));
  }
  EXPECT_TRUE(fs::is_directory(folder / "mine"));  // was there before, empty too
  EXPECT_EQ(folder.file_count(), 1);
  {
    const CreatedDirectory made(folder / "mine" / "a" / "b");
    folder.put("mine/a/notes", "kept");
  }
  EXPECT_FALSE(fs::exists(folder / "mine" / "a" / "b"));
  EXPECT_EQ(read_text_file(folder / "mine" / "a" / "notes"), "kept");
  const CreatedDirectory none("");
}

TEST(CreatedDirectory, LeavesNothingWhereItFails) {
  const TestFolder folder;
  EXPECT_ERROR(CreatedDirectory(folder / "a" / std::string(300, 'x')), ErrorKind::io, "File name too long"s);
  EXPECT_EQ(folder.file_count(), 0);
}

TEST(AtomicFolder, TakesItsNameOnCommit) {
  const TestFolder folder;
  {
    AtomicFolder run(folder / "run");
    write_file_atomically(run.temporary() / "report.json", "{}");
    EXPECT_FALSE(fs::exists(folder / "run"));
    run.commit();
  }
  EXPECT_EQ(read_text_file(folder / "run" / "report.json"), "{}");
  EXPECT_EQ(folder.file_count(), 2);
}

TEST(AtomicFolder, IsRemovedWithAllItHoldsWithoutCommit) {
  const TestFolder folder;
  {
    const AtomicFolder run(folder / "run");
    fs::create_directory(run.temporary() / "checkpoints");
    write_file_atomically(run.temporary() / "checkpoints" / "last.pt", "weights");
  }
  EXPECT_EQ(folder.file_count(), 0);
}

TEST(AtomicFolder, AnExistingOneIsRefusedAndKept) {
  const TestFolder folder;
  fs::create_directory(folder / "run");
  folder.put("run/report.json", "{}");
  EXPECT_ERROR(AtomicFolder(folder / "run"), ErrorKind::usage, (folder / "run").string(), "exists"s);
  EXPECT_ERROR(AtomicFolder(folder / "run/"), ErrorKind::usage, (folder / "run").string(), "exists"s);
  EXPECT_EQ(read_text_file(folder / "run" / "report.json"), "{}");
  EXPECT_EQ(folder.file_count(), 2);
}

TEST(AtomicFolder, MakesTheFoldersAboveIt) {
  const TestFolder folder;
  AtomicFolder run(folder / "runs" / "today" / "first/");
  run.commit();
  EXPECT_TRUE(fs::is_directory(folder / "runs" / "today" / "first"));
}

TEST(AtomicFolder, OneThatAppearedMeanwhileIsKept) {
  const TestFolder folder;
  {
    AtomicFolder run(folder / "run");
    fs::create_directory(folder / "run");
    folder.put("run/other", "of another run");
    EXPECT_ERROR(run.commit(), ErrorKind::io, (folder / "run").string());
  }
  EXPECT_EQ(read_text_file(folder / "run" / "other"), "of another run");
  EXPECT_EQ(folder.file_count(), 2);
}

// As processes that train together do: each takes the others' for leftovers until they are locked.
TEST(AtomicFolder, SeveralOfOneNameAtOnceLeaveEachOtherAlone) {
  const TestFolder folder;
  std::atomic<int> lost = 0;
  const auto make = [&] {
    for (int i = 0; i < 300; ++i) {
      try {
        const AtomicFolder one(folder / "same");
        write_file(one.temporary() / "state", "weights");
        if (read_text_file(one.temporary() / "state") != "weights") ++lost;
      } catch (const Error&) {
        ++lost;
      }
    }
  };
  {
    std::vector<std::jthread> makers;
    for (int i = 0; i < 6; ++i) makers.emplace_back(make);
  }
  EXPECT_EQ(lost, 0);
  EXPECT_EQ(folder.file_count(), 0);
}

// What a process leaves that was killed while it wrote: its lock ended with it.
TEST(AtomicFolder, LeftoversAreNeverTakenForItsOwn) {
  const TestFolder folder;
  const std::string stale = ".run.partial-" + std::to_string(::getpid());
  fs::create_directory(folder / stale);
  folder.put(stale + "/old", "of a process of the same number");
  folder.put(".other.json.partial-123", "half");
  AtomicFolder run(folder / "run");
  AtomicFolder live(folder / "live");
  write_file(run.temporary() / "new", "content");
  remove_leftovers(folder.path());  // but what is being filled stays
  EXPECT_TRUE(fs::exists(run.temporary() / "new"));
  run.commit();
  EXPECT_FALSE(fs::exists(folder / "run" / "old"));
  EXPECT_FALSE(fs::exists(folder / ".other.json.partial-123"));
  EXPECT_TRUE(fs::exists(live.temporary()));
}

// Only what our own writers can have left is taken away, and of a folder that is made only what has its name.
TEST(AtomicFolder, FilesOfOthersStay) {
  EXPECT_TRUE(is_temporary_name(".a.json.partial-x1Y2z3"));
  EXPECT_TRUE(is_temporary_name(".a.json.partial-4711"));
  EXPECT_TRUE(is_temporary_name(".a.json.partial-x1Y2z3", "a.json"));
  for (const char* name : {".a.partial-2024-draft.d", ".a.partial-mine", ".a.partial-", "a.partial-x1Y2z3",
                           ".partial-x1Y2z3", "my.partial-results.csv"}) {
    EXPECT_FALSE(is_temporary_name(name)) << name;
  }
  EXPECT_FALSE(is_temporary_name(".a.json.partial-x1Y2z3", "b.json"));
  const TestFolder folder;
  fs::create_directory(folder / ".report.partial-2024-draft.d");
  fs::create_directory(folder / ".other.partial-x1Y2z3");
  folder.put(".report.partial-2024-draft.d/thesis.txt", "years of work");
  folder.put(".other.partial-x1Y2z3/file", "of another run");
  AtomicFolder(folder / "new").commit();
  EXPECT_EQ(folder.file_count(), 5) << "two folders with a file each, and the new one";
}

TEST(CreatedDirectory, ALinkToNowhereStays) {
  const TestFolder folder;
  fs::create_symlink("/nowhere/at/all", folder / "link");
  EXPECT_ERROR(CreatedDirectory(folder / "link" / "runs"), ErrorKind::io, "cannot make the folder");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
}

// Many processes write reports of one name: each finds a name of its own, and no report is lost.
TEST(WriteFile, OfSeveralProcessesOneHasANewName) {
  const TestFolder folder;
  constexpr int kProcesses = 8, kNames = 20;
  for (int p = 0; p < kProcesses; ++p) {
    if (::fork() != 0) continue;
    int won = 0;
    for (int n = 0; n < kNames; ++n) {
      won += write_new_file_atomically(folder / ("name-" + std::to_string(n)), std::to_string(p)) ? 1 : 0;
    }
    std::_Exit(won);
  }
  int won = 0;
  for (int p = 0; p < kProcesses; ++p) {
    int status = 0;
    ASSERT_GT(::wait(&status), 0);
    won += WEXITSTATUS(status);
  }
  EXPECT_EQ(won, kNames);
  EXPECT_EQ(folder.file_count(), kNames);
  EXPECT_FALSE(write_new_file_atomically(folder / "name-0", "late"));
  EXPECT_NE(read_text_file(folder / "name-0"), "late");
}

TEST(FileLock, EndsWithItsProcess) {
  const TestFolder folder;
  int told[2];
  ASSERT_EQ(::pipe(told), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = FileLock::try_lock(folder.path());
    const char byte = lock && lock->is_held() ? 'y' : 'n';
    if (::write(told[1], &byte, 1) == 1) ::pause();
    std::_Exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(told[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  EXPECT_FALSE(FileLock::try_lock(folder.path()));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const auto lock = FileLock::try_lock(folder.path());
  ASSERT_TRUE(lock);
  EXPECT_FALSE(FileLock::try_lock(folder.path()));
}

TEST(AtomicFolder, BelowAFileItCannotBeMade) {
  const TestFolder folder;
  folder.put("file", "");
  EXPECT_ERROR(AtomicFolder(folder / "file" / "run"), ErrorKind::io, (folder / "file").string(), "Not a directory"s);
}

TEST(AtomicFolder, ANameTooLongIsAnErrorOfOurs) {
  const TestFolder folder;
  EXPECT_ERROR(AtomicFolder(folder / std::string(300, 'x')), ErrorKind::io, "File name too long");
}

}  // namespace
}  // namespace beatbench
