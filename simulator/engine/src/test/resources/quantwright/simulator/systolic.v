// A systolic array of ROWS x COLUMNS cells. resting = 0: weights rest, inputs move right, sums move down.
// resting = 1: sums rest, inputs move right, weights move down. One register each for what moves and what rests.
module cell_of_array (
    input  wire               clock,
    input  wire               clear,
    input  wire               load,
    input  wire               resting,
    input  wire signed [31:0] left,
    input  wire signed [31:0] top,
    input  wire signed [31:0] above,
    output reg  signed [31:0] right,
    output reg  signed [31:0] down,
    output reg  signed [31:0] held
);
    always @(posedge clock) begin
        if (clear) begin
            right <= 0;
            down  <= 0;
            held  <= 0;
        end else if (load) begin
            held <= above;
        end else begin
            right <= left;
            if (resting) begin
                down <= top;
                held <= held + left * top;
            end else begin
                down <= top + left * held;
            end
        end
    end
endmodule

module array #(parameter ROWS = 2, parameter COLUMNS = 2) (
    input  wire                        clock,
    input  wire                        clear,
    input  wire                        load,
    input  wire                        resting,
    input  wire [32 * ROWS - 1:0]      left,
    input  wire [32 * COLUMNS - 1:0]   top,
    output wire [32 * COLUMNS - 1:0]   bottom,
    output wire [32 * ROWS * COLUMNS - 1:0] held
);
    wire signed [31:0] across [0:ROWS * (COLUMNS + 1) - 1];
    wire signed [31:0] downward [0:(ROWS + 1) * COLUMNS - 1];
    wire signed [31:0] loaded [0:(ROWS + 1) * COLUMNS - 1];
    genvar r, c;
    generate
        for (r = 0; r < ROWS; r = r + 1) begin : row
            assign across[r * (COLUMNS + 1)] = left[32 * r +: 32];
            for (c = 0; c < COLUMNS; c = c + 1) begin : column
                cell_of_array place (
                    .clock(clock), .clear(clear), .load(load), .resting(resting),
                    .left(across[r * (COLUMNS + 1) + c]),
                    .top(downward[r * COLUMNS + c]),
                    .above(loaded[r * COLUMNS + c]),
                    .right(across[r * (COLUMNS + 1) + c + 1]),
                    .down(downward[(r + 1) * COLUMNS + c]),
                    .held(loaded[(r + 1) * COLUMNS + c])
                );
                assign held[32 * (r * COLUMNS + c) +: 32] = loaded[(r + 1) * COLUMNS + c];
            end
        end
        for (c = 0; c < COLUMNS; c = c + 1) begin : edge_of_array
            assign downward[c] = (resting || load) ? top[32 * c +: 32] : 32'd0;
            assign loaded[c]   = top[32 * c +: 32];
            assign bottom[32 * c +: 32] = downward[ROWS * COLUMNS + c];
        end
    endgenerate
endmodule

// Reads one line of stimulus per clock edge: clear, load, resting, the left side, the top; prints bottom and what rests.
module bench;
    parameter ROWS = 2;
    parameter COLUMNS = 2;
    reg clock = 0;
    reg clear, load, resting;
    reg [32 * ROWS - 1:0] left;
    reg [32 * COLUMNS - 1:0] top;
    wire [32 * COLUMNS - 1:0] bottom;
    wire [32 * ROWS * COLUMNS - 1:0] held;
    integer file, got;
    array #(.ROWS(ROWS), .COLUMNS(COLUMNS)) dut (clock, clear, load, resting, left, top, bottom, held);
    initial begin
        file = $fopen("stimulus.txt", "r");
        got = $fscanf(file, "%b %b %b %h %h\n", clear, load, resting, left, top);
        while (got == 5) begin
            #1 clock = 1;
            #1 $display("%h %h", bottom, held);
            clock = 0;
            got = $fscanf(file, "%b %b %b %h %h\n", clear, load, resting, left, top);
        end
        $finish;
    end
endmodule
