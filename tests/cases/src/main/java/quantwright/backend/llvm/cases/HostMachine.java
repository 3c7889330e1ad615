package quantwright.backend.llvm.cases;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import quantwright.backend.llvm.CodeOptions;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.HostFeatures;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.LlvmUnavailable;
import quantwright.backend.llvm.object.SharedObject;

/**
 * This host; code is called in this process.
 *
 * @param target what code is generated for
 */
public record HostMachine(CodeTarget target) implements KernelMachine {
    @Override
    public void assume() {
        assumeTrue(HostFeatures.detect().supports(target), "SKIPPED: this host cannot run " + target.features());
        try {
            LlvmToolchain.open();
        } catch (LlvmUnavailable e) {
            assumeTrue(false, "SKIPPED: " + e.getMessage());
        }
    }

    @Override
    public Loaded load(String moduleText, List<String> functions) {
        assume();
        SharedObject code = LlvmToolchain.open().build(List.of(moduleText), target, CodeOptions.AS_WRITTEN);
        return new Loaded() {
            @Override
            public void call(String function, List<Argument> arguments) {
                MemoryLayout[] types = new MemoryLayout[arguments.size()];
                Arrays.fill(types, ValueLayout.ADDRESS);
                Object[] pointers = arguments.stream().map(a -> a.buffer().asSlice(a.offset())).toArray();
                try {
                    code.function(function, FunctionDescriptor.ofVoid(types)).invokeWithArguments(pointers);
                } catch (RuntimeException | Error e) {
                    throw e;
                } catch (Throwable e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public void close() {
                code.close();
            }
        };
    }
}
