#include <cmath>
#include <limits>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "beatbench/runtime/process_group.h"

namespace beatbench {
namespace {

using Variables = std::function<const char*(const char*)>;

int whole_number(const Variables& variable, const char* name, int least, int usual) {
  const char* text = variable(name);
  if (text == nullptr || *text == '\0') return usual;
  const auto number = parse_number(text);
  constexpr int kMost = std::numeric_limits<int>::max();
  if (!number || *number < least || *number > kMost || *number != std::floor(*number))
    throw Error(ErrorKind::usage, name,
                "'" + std::string(text) + "' is not valid; allowed: whole numbers from " + std::to_string(least) +
                    " to " + std::to_string(kMost));
  return static_cast<int>(*number);
}

bool is_set(const Variables& variable, const char* name) {
  const char* text = variable(name);
  return text != nullptr && *text != '\0';
}

}  // namespace

LaunchEnvironment read_launch_environment(const Variables& variable) {
  LaunchEnvironment place;
  const auto take = [&](const char* who, const char* rank, const char* count, const char* local) {
    place.started_by = who;
    place.rank = whole_number(variable, rank, 0, 0);
    place.count = whole_number(variable, count, 1, 1);
    place.local_count = whole_number(variable, local, 1, 1);
  };
  const auto told = [&](const char* rank, const char* count) {
    return is_set(variable, rank) && is_set(variable, count);
  };
  // A batch script has the job's number of tasks, but is a single process; srun's have their step's.
  const bool in_step = is_set(variable, "SLURM_STEP_NUM_TASKS");
  const char* slurm_count = in_step                            ? "SLURM_STEP_NUM_TASKS"
                            : is_set(variable, "SLURM_JOB_ID") ? "none: a batch script"
                                                               : "SLURM_NTASKS";
  if (told("RANK", "WORLD_SIZE"))
    take("torchrun", "RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE");
  else if (told("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"))
    take("mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE");
  else if (told("SLURM_PROCID", slurm_count))
    take("Slurm", "SLURM_PROCID", slurm_count, "SLURM_NTASKS_PER_NODE");
  else if (told("PMI_RANK", "PMI_SIZE"))  // MPICH's and Intel's mpirun
    take("mpirun", "PMI_RANK", "PMI_SIZE", "MPI_LOCALNRANKS");
  if (place.count == 1) return LaunchEnvironment();
  if (place.rank >= place.count) {
    throw Error(ErrorKind::usage, place.started_by,
                "says that this is process " + std::to_string(place.rank) + " of " + std::to_string(place.count) +
                    "; they are counted from 0");
  }
  if (is_set(variable, "MASTER_ADDR")) place.master = variable("MASTER_ADDR");
  place.port = whole_number(variable, "MASTER_PORT", 1, place.port);
  place.store_exists = is_set(variable, "TORCHELASTIC_USE_AGENT_STORE") &&
                       lower_case(variable("TORCHELASTIC_USE_AGENT_STORE")) == "true";
  const bool on_one_machine = place.master == "127.0.0.1" || place.master == "localhost";
  if (place.local_count == 1 && on_one_machine) place.local_count = place.count;
  return place;
}

}  // namespace beatbench
