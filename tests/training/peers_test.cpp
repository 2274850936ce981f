#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "beatbench/core/error.h"
#include "training/process_group.h"

namespace beatbench {
namespace {

LaunchEnvironment place_told(const std::map<std::string, std::string>& variables) {
  return read_launch_environment([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST(LaunchEnvironment, OfAProcessThatIsAlone) {
  for (const auto& variables :
       {std::map<std::string, std::string>{}, {{"RANK", "0"}, {"WORLD_SIZE", "1"}}, {{"SLURM_NTASKS", "4"}}}) {
    const LaunchEnvironment place = place_told(variables);
    EXPECT_EQ(place.count, 1);
    EXPECT_EQ(place.rank, 0);
    EXPECT_EQ(place.started_by, "");
    EXPECT_EQ(join_process_group(place, std::chrono::seconds(1)), nullptr);
  }
}

// The variables as PyTorch 1.13's, Open MPI's and Slurm's documentation have them.
TEST(LaunchEnvironment, IsWhatEachLauncherSays) {
  const LaunchEnvironment torchrun = place_told({{"RANK", "3"},
                                                 {"WORLD_SIZE", "4"},
                                                 {"LOCAL_WORLD_SIZE", "2"},
                                                 {"MASTER_ADDR", "node1"},
                                                 {"MASTER_PORT", "1234"},
                                                 {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                                                 {"SLURM_PROCID", "0"},
                                                 {"SLURM_NTASKS", "2"}});
  EXPECT_EQ(torchrun.started_by, "torchrun");
  EXPECT_EQ(torchrun.rank, 3);
  EXPECT_EQ(torchrun.count, 4);
  EXPECT_EQ(torchrun.local_count, 2);
  EXPECT_EQ(torchrun.master, "node1");
  EXPECT_EQ(torchrun.port, 1234);
  EXPECT_TRUE(torchrun.store_exists);

  const LaunchEnvironment mpirun =
      place_told({{"OMPI_COMM_WORLD_RANK", "1"}, {"OMPI_COMM_WORLD_SIZE", "2"}, {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
  EXPECT_EQ(mpirun.started_by, "mpirun");
  EXPECT_EQ(mpirun.rank, 1);
  EXPECT_EQ(mpirun.master, "127.0.0.1");
  EXPECT_EQ(mpirun.port, 29500);
  EXPECT_FALSE(mpirun.store_exists);

  const LaunchEnvironment slurm = place_told({{"SLURM_PROCID", "2"}, {"SLURM_NTASKS", "3"}, {"SLURM_LOCALID", "2"}});
  EXPECT_EQ(slurm.started_by, "Slurm");
  EXPECT_EQ(slurm.rank, 2);
  EXPECT_EQ(slurm.count, 3);
  EXPECT_EQ(slurm.local_count, 3) << "without an address they are on one machine";
  EXPECT_EQ(place_told({{"SLURM_JOB_ID", "7"}, {"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}).count, 1)
      << "a batch script is one process";
  EXPECT_EQ(place_told({{"SLURM_JOB_ID", "7"}, {"SLURM_PROCID", "1"}, {"SLURM_STEP_NUM_TASKS", "4"}}).rank, 1);
  EXPECT_EQ(place_told({{"PMI_RANK", "1"}, {"PMI_SIZE", "2"}}).rank, 1) << "MPICH's mpirun";
}

TEST(LaunchEnvironment, WhatMakesNoSenseIsNamed) {
  const auto refused = [](const std::map<std::string, std::string>& variables, const char* words) {
    try {
      place_told(variables);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_THAT(error.what(), testing::HasSubstr(words));
    }
  };
  refused({{"RANK", "one"}, {"WORLD_SIZE", "2"}}, "RANK");
  refused({{"RANK", "0"}, {"WORLD_SIZE", "0"}}, "WORLD_SIZE");
  refused({{"RANK", "2"}, {"WORLD_SIZE", "2"}}, "counted from 0");
  refused({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_PORT", "x"}}, "MASTER_PORT");
}

// Debian's LibTorch has c10d; the set-up step installs what it needs.
TEST(ProcessGroup, AreInThisBuild) { EXPECT_TRUE(has_c10d()); }

TEST(ProcessGroup, ThatDoNotComeAreAnError) {
  LaunchEnvironment place;
  place.rank = 1;
  place.count = 2;
  place.port = 9;  // nobody listens
  place.started_by = "torchrun";
  try {
    join_process_group(place, std::chrono::seconds(1));
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("process 1 of 2: the others were not all met"));
  }
}

}  // namespace
}  // namespace beatbench
